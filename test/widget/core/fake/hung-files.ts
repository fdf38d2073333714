/** Files whose reading hangs, as on a drive that was unplugged, or where a cloud has to bring the bytes. */
export interface HungFiles {
  /** Reads of this file hang from now on. */
  hang(file: File): void;
  /** Reads settle again; those that hang stay so. */
  revive(): void;
  restore(): void;
}

export function hungFiles(): HungFiles {
  const hung = new WeakSet<Blob>();
  const real = { Blob: globalThis.Blob, post: Worker.prototype.postMessage };
  const read = real.Blob.prototype.arrayBuffer;
  let isHung = true;
  globalThis.Blob = class extends real.Blob {
    constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
      super(parts, options);
      if (parts.some((part) => part instanceof real.Blob && hung.has(part))) hung.add(this);
    }
  };
  real.Blob.prototype.arrayBuffer = function () {
    return isHung && hung.has(this) ? new Promise(() => undefined) : read.call(this);
  };
  // What is hashed in a worker is read there.
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...more: []) {
    const [blob] = Array.isArray(message) ? (message as unknown[]) : [];
    if (isHung && blob instanceof real.Blob && hung.has(blob)) return;
    real.post.call(this, message, ...more);
  };
  return {
    hang(file) {
      hung.add(file);
      const slice = file.slice.bind(file);
      file.slice = (...range) => {
        const part = slice(...range);
        hung.add(part);
        return part;
      };
    },
    revive: () => (isHung = false),
    restore() {
      globalThis.Blob = real.Blob;
      real.Blob.prototype.arrayBuffer = read;
      Worker.prototype.postMessage = real.post;
    },
  };
}
