/**
 * Writes docs/mutation.md from Stryker's report, and fails for a file below the threshold and for a
 * survivor that nobody has judged.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from '../run/imports.ts';
import { JUDGED, type Judgement } from './judged.ts';

/** Percent of the mutants of each file that have to be killed. */
const MIN_KILLED = 85;
const PAGE = 'docs/mutation.md';

interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** Line and column, both counted from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: Mutant[] }>>;
}

interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly becomes: string;
  readonly judgement: Judgement | undefined;
}

const { files } = JSON.parse(
  readFileSync(join(ROOT, 'dist/mutation/report.json'), 'utf8'),
) as Report;
const rows = Object.entries(files)
  .toSorted(([one], [other]) => (one < other ? -1 : 1))
  .map(([file, { source, mutants }]) => {
    // What cannot be evaluated is not a mutant of the running code.
    const valid = mutants.filter(({ status }) => !/Error|Ignored/.test(status));
    const killed = valid.filter(({ status }) => status === 'Killed' || status === 'Timeout');
    const survivors = valid
      .filter((mutant) => !killed.includes(mutant))
      // Stryker has them in the order in which they were tried, which differs from run to run.
      .toSorted(compareMutants)
      .map((mutant) => survivorOf(file, source, mutant));
    const percent = (100 * killed.length) / valid.length;
    return { file, count: valid.length, killed: killed.length, percent, survivors };
  });

writeFileSync(join(ROOT, PAGE), page());
const failures = [
  ...rows
    .filter(({ percent }) => percent < MIN_KILLED)
    .map(({ file, percent }) => `${file}: ${percent.toFixed(1)} % of its mutants are killed`),
  ...rows
    .flatMap(({ survivors }) => survivors)
    .filter(({ judgement }) => judgement === undefined)
    .map(({ file, line, code, becomes }) => `${file}:${line}: ${code} => ${becomes} survives`),
];
for (const failure of failures) console.error(failure);
const all = { count: total('count'), killed: total('killed') };
console.log(`${all.killed} of ${all.count} mutants killed; see ${PAGE}`);
process.exitCode = failures.length > 0 ? 1 : 0;

function total(what: 'count' | 'killed'): number {
  return rows.reduce((sum, row) => sum + row[what], 0);
}

function survivorOf(file: string, source: string, mutant: Mutant): Survivor {
  const { start, end } = mutant.location;
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  const code = collapsed(lines.join('\n'));
  const becomes = collapsed(mutant.replacement ?? '');
  const judgement = JUDGED.find(
    (one) => one.file === file && one.code === code && (one.becomes ?? becomes) === becomes,
  );
  return { file, line: start.line, code, becomes, judgement };
}

function compareMutants(one: Mutant, other: Mutant): number {
  return (
    comparePlaces(one.location.start, other.location.start) ||
    comparePlaces(one.location.end, other.location.end) ||
    (one.replacement ?? '').localeCompare(other.replacement ?? '')
  );
}

function comparePlaces(one: Place, other: Place): number {
  return one.line - other.line || one.column - other.column;
}

function collapsed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function page(): string {
  const table = rows.map(
    ({ file, count, killed, percent, survivors }) =>
      `| \`${file}\` | ${count} | ${killed} | ${percent.toFixed(1)} % | ${survivors.length} |`,
  );
  const judged = rows.flatMap(({ survivors }) => survivors.map(lineOf));
  return `# Mutation tests

\`npm run mutation\` changes the code of the files below in small ways, one at a time, and runs the tests
that reach the change. A test has to fail. The command fails if less than ${MIN_KILLED} % of the mutants of a file
are killed, if one survives that is not judged here, or if a branch of a file is not covered.

[Stryker](https://stryker-mutator.io) makes the mutants. Its runner (\`test/mutation/runner.ts\`) evaluates
the tests of pure code in its own process, so that a mutant takes milliseconds, and constants and tables
are mutated, too. This page is written by the command; the reasons stand in \`test/mutation/judged.ts\`.

| File | Mutants | Killed | Share | Survive |
| --- | ---: | ---: | ---: | ---: |
${table.join('\n')}

## Survivors

${judged.length > 0 ? judged.join('\n') : 'None.'}
`;
}

function lineOf({ file, line, code, becomes, judgement }: Survivor): string {
  const why = judgement?.why ?? '**Not judged.**';
  return `- \`${file}\`, line ${line}: ${shown(code)} as ${shown(becomes)}. ${why}`;
}

/** As code in Markdown, which may hold backticks itself. */
function shown(text: string): string {
  return `\`\` ${text.length > 90 ? `${text.slice(0, 90)} …` : text} \`\``;
}
