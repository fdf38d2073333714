/** What is kept of the pictures, as text: where everything is, what it says, and its colours. */
import type { Records, Seen } from './page.ts';

/** Machines may round a box differently; in pixels. */
const TOLERANCE = 1;
/** The same for a channel of a colour, of 255. */
const COLOUR_TOLERANCE = 3;

/** One line for each thing that is seen: its box, its name, its text. */
export function writtenBoxes(records: Records): string {
  return written(records, ({ box, name, text }) => [box.map(Math.round).join(' '), name, text]);
}

/** One line for each thing that is seen: its name and its colours. */
export function writtenColours(records: Records): string {
  return written(records, ({ name, colours }) => [name, colours]);
}

function written(records: Records, columns: (seen: Seen) => string[]): string {
  return Object.entries(records)
    .map(([scene, list]) =>
      [`== ${scene}`, ...list.map((seen) => columns(seen).join('\t').trimEnd())].join('\n'),
    )
    .join('\n')
    .concat('\n');
}

/** Lines that differ by more than rounding, with the scene that they belong to. */
export function changes(kept: string, taken: string): string[] {
  const [old, now] = [kept.split('\n'), taken.split('\n')];
  let scene = '';
  const found: string[] = [];
  for (let line = 0; line < Math.max(old.length, now.length); line += 1) {
    const [before = '', after = ''] = [old[line], now[line]];
    if (after.startsWith('== ')) scene = after.slice(3);
    if (isSame(before, after)) continue;
    found.push(`${scene}: “${before}” has become “${after}”`);
    // A line more or less moves all others of its scene.
    if (withoutNumbers(before) !== withoutNumbers(after)) break;
  }
  return found;
}

/** Numbers of a box, and channels of a colour. */
const NUMBERS = /#[\da-f]{8}|-?\d+(?=[\d -]*\t)/g;

function withoutNumbers(line: string): string {
  return line.replace(NUMBERS, '');
}

function isSame(before: string, after: string): boolean {
  if (before === after) return true;
  if (withoutNumbers(before) !== withoutNumbers(after)) return false;
  const [old, now] = [before, after].map((line) => line.match(NUMBERS) ?? []);
  return (old ?? []).every((value, index) => isNear(value, now?.[index] ?? ''));
}

function isNear(before: string, after: string): boolean {
  if (!before.startsWith('#')) return Math.abs(Number(before) - Number(after)) <= TOLERANCE;
  const channels = [1, 3, 5, 7].map((at) =>
    [before, after].map((value) => Number.parseInt(value.slice(at, at + 2), 16)),
  );
  return channels.every(([old = 0, now = 0]) => Math.abs(old - now) <= COLOUR_TOLERANCE);
}
