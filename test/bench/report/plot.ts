/** The plot of one line: a bar for each contender, as wide as its median, with the range on it. */
import type { Figures } from './figures.ts';

const WIDTH = 760;
const ROW = 30;
const LABELS = 250;
const NUMBERS = 150;
const BAR = 14;
const TOP = 14;
/** Text of 13 pixels stands on the middle of a row with this offset. */
const BASELINE = 5;

/**
 * Readable on light and dark pages: GitHub shows an SVG as a picture, in which the colours follow the
 * reader's preference.
 */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .ours { fill: #0969da } .peer { fill: #8c959f } .floor { fill: #c4ccd4 }
  .range { stroke: #1f2328; stroke-width: 1.5 }
  .one { stroke: #59636e; stroke-dasharray: 3 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .ours { fill: #4493f8 } .peer { fill: #767f8a } .floor { fill: #4b535d }
    .range { stroke: #f0f6fc }
    .one { stroke: #9198a1 }
  }`;

export function plot(title: string, all: readonly Figures[]): string {
  const shown = all.filter(({ rounds, failures }) => failures < rounds);
  // One contender that is many times slower does not make all other bars equal.
  const most = Math.min(2.5, Math.max(...shown.map(({ ratio }) => ratio.most)) * 1.02);
  const room = WIDTH - LABELS - NUMBERS;
  const x = (ratio: number) => round(LABELS + (Math.min(ratio, most) / most) * room);
  const rows = shown.map(({ name, isOurs, isFloor, isPeer, ratio }, index) => {
    const middle = TOP + index * ROW + ROW / 2;
    const kind = isOurs ? 'ours' : isPeer && !isFloor ? 'peer' : 'floor';
    const width = round(x(ratio.median) - LABELS);
    const beyond = ratio.median > most ? ' →' : '';
    return [
      `<text x="${LABELS - 8}" y="${middle + BASELINE}" text-anchor="end">${escape(name)}</text>`,
      `<rect class="${kind}" x="${LABELS}" y="${middle - BAR / 2}" width="${width}" height="${BAR}"/>`,
      `<line class="range" x1="${x(ratio.least)}" x2="${x(ratio.most)}" y1="${middle}" y2="${middle}"/>`,
      `<text x="${WIDTH - NUMBERS + 8}" y="${middle + BASELINE}">${ratio.median.toFixed(3)} × floor${beyond}</text>`,
    ].join('\n');
  });
  const height = TOP * 2 + shown.length * ROW;
  const floor = `<line class="one" x1="${x(1)}" x2="${x(1)}" y1="${TOP}" y2="${height - TOP}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">
<style>${STYLE}
</style>
${[...rows, floor].join('\n')}
</svg>
`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
