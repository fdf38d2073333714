/** One file on its way to the bucket. */
import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import type { FileWithPath } from '../types.ts';
import { uuidv7 } from '../../../worker/protocol.ts';
import type { Parts } from './parts.ts';
import {
  next,
  tokenOf,
  type Phase,
  type Standing,
  type UploadEvent,
  type UploadState,
} from './state.ts';

export class Upload {
  readonly file: File;
  readonly path: string | undefined;
  readonly handle: FileSystemFileHandle | undefined;
  #state: UploadState;

  /** `isAutomatic` is false for an upload that waits for `start()`. */
  constructor({ file, path, id, handle }: FileWithPath, isAutomatic = true) {
    this.file = file;
    this.path = path;
    this.handle = handle;
    this.#state = {
      id: id ?? uuidv7(),
      formerIds: [],
      progress: { phase: isAutomatic ? 'queued' : 'added' },
      standing: id === undefined ? { kind: 'unregistered' } : { kind: 'unconfirmed', receipts: [] },
      terms: { plan: { kind: 'single', bytes: file.size }, checksum: null },
      wasStarted: false,
      isResumed: false,
      restarts: 0,
      isRelayed: false,
      wasRead: false,
    };
  }

  get state(): UploadState {
    return this.#state;
  }

  /** @throws Error if the event cannot happen now: a defect of the engine. */
  apply(event: UploadEvent): void {
    this.#state = next(this.#state, event);
  }

  get id(): string {
    return this.#state.id;
  }

  get phase(): Phase {
    return this.#state.progress.phase;
  }

  get standing(): Standing {
    return this.#state.standing;
  }

  /** Token by which the Worker knows the upload. */
  get token(): string | undefined {
    return tokenOf(this.#state.standing);
  }

  get parts(): Parts | undefined {
    const { standing } = this.#state;
    return 'parts' in standing ? standing.parts : undefined;
  }

  get checksum(): ChecksumAlgorithm | null {
    return this.#state.terms.checksum;
  }

  /** True if the file goes in one request. */
  get isSingle(): boolean {
    return this.#state.terms.plan.kind === 'single';
  }
}
