// Validation alone, by ajv: ajv.js FOLDER RUNS SCHEMA FILE prints the first and the median time of a call in µs.
// FOLDER is where the package was installed.
"use strict";
const fs = require("fs");
const path = require("path");

const [folder, runs, schemaPath, instancePath] = process.argv.slice(2);
const Ajv = require(path.resolve(folder, "node_modules/ajv/dist/2020.js"));
const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(fs.readFileSync(schemaPath, "utf8")));
const instance = JSON.parse(fs.readFileSync(instancePath, "utf8"));
const times = [];
for (let i = 0; i < Number(runs); i++) {
    const start = process.hrtime.bigint();
    if (!validate(instance))
        throw new Error("not valid");
    times.push(Number(process.hrtime.bigint() - start) / 1e3);
}
const first = times[0];
times.sort((a, b) => a - b);
console.log(first.toFixed(1), times[times.length >> 1].toFixed(1));
