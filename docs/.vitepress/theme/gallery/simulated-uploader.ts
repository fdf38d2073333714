/** An engine that sends nothing: its uploads move by a clock, so that the element can be tried without a network. */
import { FakeUploader } from '../../../../test/widget/element/fake-uploader.ts';
import type { UploadSnapshot } from '../../../../widget/core/types.ts';

const BYTES_PER_SECOND = 4_000_000;
const TICK_MS = 200;
/** Small files would be done before anybody sees them move. */
const LONGEST_MS = 4_000;
const LEAST_MS = 1_200;

export class SimulatedUploader extends FakeUploader {
  /** With `no-auto`, files wait for `start()`. */
  waitsForStart = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #started = new Set<string>();

  constructor() {
    super();
    this.addEventListener('upload-progress', () => this.#run());
  }

  override start(): void {
    super.start();
    for (const { id } of this.uploads) this.#started.add(id);
    this.#run();
  }

  override retry(id?: string): void {
    super.retry(id);
    for (const upload of this.uploads) {
      if (upload.status !== 'failed' || (id ?? upload.id) !== upload.id) continue;
      this.become(upload.id, { status: 'queued', error: undefined });
    }
  }

  override async cancel(id?: string): Promise<void> {
    await super.cancel(id);
    for (const upload of this.uploads) {
      if (upload.status === 'done' || (id ?? upload.id) !== upload.id) continue;
      await this.remove(upload.id);
    }
  }

  override async remove(...args: Parameters<FakeUploader['remove']>): Promise<void> {
    await super.remove(...args);
    const [id, { undoMs = 0 } = {}] = args;
    if (undoMs === 0) return;
    setTimeout(() => {
      const upload = this.uploads.find((one) => one.id === id);
      if (upload?.status === 'cancelled') void super.remove(id);
    }, undoMs);
  }

  override close(): void {
    super.close();
    clearInterval(this.#timer);
  }

  #run(): void {
    if (this.#timer !== undefined || !this.uploads.some((upload) => this.#moves(upload))) return;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  #moves({ id, status }: UploadSnapshot): boolean {
    if (status === 'queued') return !this.waitsForStart || this.#started.has(id);
    return status === 'uploading' || status === 'completing';
  }

  #tick(): void {
    const moving = this.uploads.filter((upload) => this.#moves(upload));
    if (moving.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    for (const upload of moving) this.become(upload.id, nextOf(upload));
  }
}

/** Where an upload is a moment later. */
function nextOf({ status, bytes, loaded }: UploadSnapshot): Partial<UploadSnapshot> {
  if (status === 'completing' || bytes === 0) return { status: 'done', loaded: bytes, sent: bytes };
  const ms = Math.min(LONGEST_MS, Math.max(LEAST_MS, (bytes / BYTES_PER_SECOND) * 1000));
  const stored = Math.min(bytes, loaded + Math.ceil((bytes * TICK_MS) / ms));
  if (stored === bytes) return { status: 'completing', loaded: bytes, sent: bytes };
  const bytesPerSecond = (bytes * 1000) / ms;
  return {
    status: 'uploading',
    loaded: stored,
    sent: Math.min(bytes, stored + Math.ceil(bytes / 20)),
    bytesPerSecond,
    secondsLeft: (bytes - stored) / bytesPerSecond,
  };
}
