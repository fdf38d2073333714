/** What signing costs the Worker, kept by `npm run bench -- sign --save`. */
export interface Signing {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  /** URLs that are signed for one answer. */
  readonly batch: number;
  /** Such as `CPU time`. */
  readonly clock: string;
  readonly ways: readonly {
    readonly name: string;
    readonly microseconds: number;
    readonly millisecondsPerBatch: number;
  }[];
}

export function signingSection({ date, machine, rounds, batch, clock, ways }: Signing): string {
  const rows = ways.map(
    ({ name, microseconds, millisecondsPerBatch }) =>
      `| ${name} | ${microseconds.toFixed(1)} | ${millisecondsPerBatch.toFixed(2)} |`,
  );
  return [
    "## The Worker's signatures",
    `${clock} of workerd for ${batch} presigned part URLs of one upload, without the answer itself.`,
    ['| | µs per URL | ms per batch |', '| --- | --- | --- |', ...rows].join('\n'),
    `Medians of ${rounds} rounds on ${date}; ${machine}.`,
  ].join('\n\n');
}
