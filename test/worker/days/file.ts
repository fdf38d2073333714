/** A file of any size that takes no memory: what is read of a slice is the range that it is. */

const ranges = new WeakMap<Blob, { readonly start: number; readonly end: number }>();

/** The range of the file that a blob was sliced from. */
export function rangeOf(blob: Blob): { readonly start: number; readonly end: number } {
  const range = ranges.get(blob);
  if (!range) throw new Error('The blob is no slice of a file that only has ranges.');
  return range;
}

export class RangeFile extends File {
  readonly #bytes: number;

  constructor(bytes: number, name: string) {
    super([], name, { lastModified: 1_700_000_000_000 });
    this.#bytes = bytes;
  }

  override get size(): number {
    return this.#bytes;
  }

  override slice(start = 0, end = this.size): Blob {
    return new RangeBlob(start < 0 ? this.size + start : start, Math.min(end, this.size));
  }
}

class RangeBlob extends Blob {
  constructor(start: number, end: number) {
    super([]);
    ranges.set(this, { start, end });
  }

  override get size(): number {
    const { start, end } = rangeOf(this);
    return end - start;
  }

  override slice(from = 0, to = this.size): Blob {
    const { start, end } = rangeOf(this);
    return new RangeBlob(start + from, Math.min(start + to, end));
  }

  override stream(): never {
    throw new Error('There is nothing to be streamed.');
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    const { start, end } = rangeOf(this);
    // A byte that is asked for alone, to see whether the file can be read.
    return Promise.resolve(
      end - start === 1 ? new ArrayBuffer(1) : new Float64Array([start, end]).buffer,
    );
  }
}
