/* Search, sorting and folding for the table that is there already: nothing here makes up content. */
(function () {
  'use strict';
  var table = document.getElementById('rows');
  var search = document.getElementById('search');
  var shown = document.getElementById('shown');
  var order = document.getElementById('order');
  var turn = document.getElementById('turn');
  var unfold = document.getElementById('unfold');
  var kind = document.getElementById('kind');  /* a page may have it: shows rows of one kind only */
  var headers = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  var state = { key: '', descending: false, open: false };

  /* A row of it: its tbody, what a search looks at, what sorting compares. */
  var entries = Array.prototype.map.call(table.tBodies, function (body, index) {
    return { body: body, index: index, main: body.rows[0], details: body.rows[1] || null,
             readable: !body.rows[0].classList.contains('unreadable'), text: body.textContent.toLowerCase() };
  });

  function cellOf(entry, column) {
    return entry.readable ? entry.main.cells[column] : null;
  }

  function valueOf(entry, column) {
    if (column === 0) {
      return entry.main.cells[0].getAttribute('data-value');
    }
    var cell = cellOf(entry, column);
    return cell && cell.hasAttribute('data-value') ? cell.getAttribute('data-value') : cell && cell.textContent;
  }

  /* ---------------------------------------------------------------------------------------------- folding */

  function fold(entry, open) {
    if (!entry.details) {
      return;
    }
    entry.details.hidden = !open;
    entry.main.classList.toggle('open', open);
    entry.toggle.setAttribute('aria-expanded', String(open));
  }

  function isOpen(entry) {
    return Boolean(entry.details) && !entry.details.hidden;
  }

  function addToggle(entry) {
    if (!entry.details) {
      return;
    }
    var name = entry.main.cells[0].querySelector('.name');
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'toggle';
    button.setAttribute('aria-label', 'Details of ' + name.textContent);
    button.setAttribute('aria-controls', entry.details.id);
    entry.toggle = button;
    entry.details.querySelector('details').open = true;
    name.parentNode.insertBefore(button, name);
    function flip() {
      fold(entry, !isOpen(entry));
      updateUnfold();
    }
    button.addEventListener('click', flip);
    name.addEventListener('click', flip);
  }

  function visible() {
    return entries.filter(function (entry) { return !entry.body.hidden; });
  }

  function updateUnfold() {
    var open = visible().some(isOpen);
    unfold.textContent = open ? 'Hide all details' : 'Show all details';
    return open;
  }

  /* --------------------------------------------------------------------------------------------- searching */

  function bytes(value) {
    var unit = -1;
    var tenths = value;
    if (value < 1024) {
      return String(value);
    }
    for (unit = 0, tenths = Math.floor(value * 10 / 1024); tenths >= 10240 && unit < 5; unit++) {
      tenths = Math.floor(tenths / 1024);
    }
    return (tenths < 100 ? Math.floor(tenths / 10) + '.' + tenths % 10 : Math.floor(tenths / 10)) + ' ' + 'KMGTPE'[unit];
  }

  function updateTotals(rows) {
    if (!table.tFoot) {
      return;
    }
    var readable = rows.filter(function (entry) { return entry.readable; });
    table.tFoot.querySelector('.count').textContent =
      readable.length + ' ' + table.getAttribute(readable.length === 1 ? 'data-one' : 'data-many');
    Array.prototype.forEach.call(table.tFoot.rows[0].cells, function (cell, column) {
      if (!cell.hasAttribute('data-value')) {
        return;
      }
      var sum = readable.reduce(function (total, entry) { return total + Number(valueOf(entry, column)); }, 0);
      cell.textContent = cell.hasAttribute('data-bytes') ? bytes(sum) : String(sum);
    });
  }

  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    entries.forEach(function (entry) {
      entry.body.hidden = !words.every(function (word) { return entry.text.indexOf(word) >= 0; }) ||
        Boolean(kind && kind.value) && entry.main.getAttribute('data-kind') !== kind.value;
    });
    var rows = visible();
    shown.textContent = rows.length === entries.length ? '' : rows.length + ' of ' + entries.length + ' shown';
    updateTotals(rows);
    updateUnfold();
  }

  /* ----------------------------------------------------------------------------------------------- sorting */

  function columnOf(key) {
    return headers.findIndex(function (header) { return header.getAttribute('data-key') === key; });
  }

  function isNumber(column) {
    return headers[column].classList.contains('number');
  }

  function sort() {
    var column = columnOf(state.key);
    var sign = state.descending ? -1 : 1;
    var sorted = entries.slice();
    if (column >= 0) {
      sorted.sort(function (a, b) {
        var left = valueOf(a, column);
        var right = valueOf(b, column);
        if (left === null || right === null) {  /* what cannot be read comes last */
          return (left === null) - (right === null) || a.index - b.index;
        }
        var difference = isNumber(column) ? Number(left) - Number(right) : collator.compare(left, right);
        return sign * difference || a.index - b.index;
      });
    }
    sorted.forEach(function (entry) { table.insertBefore(entry.body, table.tFoot); });
    headers.forEach(function (header, i) {
      if (i === column) {
        header.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
      } else {
        header.removeAttribute('aria-sort');
      }
    });
    order.value = column >= 0 ? state.key : '';
    turn.disabled = column < 0;
    turn.textContent = state.descending ? 'Descending' : 'Ascending';
  }

  function sortBy(key) {
    var column = columnOf(key);
    state.descending = state.key === key ? !state.descending : column >= 0 && isNumber(column);
    state.key = column >= 0 ? key : '';
    sort();
    remember();
  }

  function addSorting(header, column) {
    var key = header.getAttribute('data-key');
    var button = document.createElement('button');
    button.type = 'button';
    button.textContent = header.textContent;
    header.textContent = '';
    header.appendChild(button);
    button.addEventListener('click', function () { sortBy(key); });
    order.add(new Option(button.textContent, key));
  }

  /* -------------------------------------------------- the fragment: #q=words&kind=k&sort=size&dir=desc&open=all */

  function remember() {
    var fragment = new URLSearchParams();
    if (search.value) {
      fragment.set('q', search.value);
    }
    if (kind && kind.value) {
      fragment.set('kind', kind.value);
    }
    if (state.key) {
      fragment.set('sort', state.key);
      fragment.set('dir', state.descending ? 'desc' : 'asc');
    }
    if (state.open) {
      fragment.set('open', 'all');
    }
    try {
      history.replaceState(null, '', '#' + fragment.toString());
    } catch (ignored) {
      /* a viewer that forbids it: the page works all the same */
    }
  }

  function recall() {
    var fragment = new URLSearchParams(location.hash.slice(1));
    search.value = fragment.get('q') || '';
    if (kind) {
      kind.value = fragment.get('kind') || '';
      kind.selectedIndex = Math.max(kind.selectedIndex, 0);
    }
    state.key = fragment.get('sort') || '';
    state.descending = fragment.get('dir') === 'desc';
    state.open = fragment.get('open') === 'all';
    entries.forEach(function (entry) { fold(entry, state.open); });
    filter();
    sort();
  }

  /* -------------------------------------------------------------------------------------------------- start */

  document.documentElement.classList.add('js');
  document.getElementById('tools').hidden = false;
  entries.forEach(addToggle);
  headers.forEach(addSorting);
  search.addEventListener('input', function () {
    filter();
    remember();
  });
  if (kind) {
    kind.addEventListener('change', function () {
      filter();
      remember();
    });
  }
  order.addEventListener('change', function () {
    state.key = '';
    sortBy(order.value);
  });
  turn.addEventListener('click', function () { sortBy(state.key); });
  unfold.addEventListener('click', function () {
    state.open = !updateUnfold();
    visible().forEach(function (entry) { fold(entry, state.open); });
    updateUnfold();
    remember();
  });
  window.addEventListener('hashchange', function () {  /* a link on the page to some of the rows */
    recall();
    document.getElementById('tools').scrollIntoView();
  });
  recall();
}());
