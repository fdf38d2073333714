/** One file on its way to the bucket. */
import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import type { FileWithPath } from '../types.ts';
import { uuidv7 } from '../../../worker/protocol/id.ts';
import type { Parts } from './parts.ts';
import { tokenOf, type Standing } from './standing.ts';
import { nextInPage } from './page-events.ts';
import type { PageEvent, Phase } from './rules/events.ts';
import type { UploadState } from './rules/upload-state.ts';

export class Upload {
  #state: UploadState;

  /** Starts in the queue, unless it has to be checked first or waits for `start()`. */
  constructor(chosen: FileWithPath, phase: 'checking' | 'queued' | 'added' = 'queued') {
    const { file, id } = chosen;
    this.#state = {
      id: id ?? uuidv7(),
      formerIds: [],
      chosen,
      source: chosen,
      edits: {},
      progress: { phase },
      standing: id === undefined ? { kind: 'unregistered' } : { kind: 'unconfirmed', receipts: [] },
      terms: { plan: { kind: 'single', bytes: file.size }, checksum: null },
      wasStarted: false,
      isResumed: false,
      restarts: 0,
      isRelayed: false,
      hungReads: 0,
      wasRead: false,
    };
  }

  get state(): UploadState {
    return this.#state;
  }

  /** Something has made this state of it: `next()` of `state.ts`. */
  become(state: UploadState): void {
    this.#state = state;
  }

  /** @throws Error if the event cannot happen now: a defect of the engine. */
  apply(event: PageEvent): void {
    this.become(nextInPage(this.#state, event));
  }

  /** The file that is sent. */
  get file(): File {
    return this.#state.source.file;
  }

  /** The file that the user has chosen. */
  get chosen(): FileWithPath {
    return this.#state.chosen;
  }

  /** The page's transforms are done with the file. */
  get isTransformed(): boolean {
    return this.#state.source !== this.#state.chosen;
  }

  /** The name that the user has given, with the extension of the file that is sent. */
  get name(): string {
    const { file, chosen, state } = this;
    const { name = file.name } = state.edits;
    const [before, after] = [extensionOf(chosen.file.name), extensionOf(file.name)];
    return before !== after && name.endsWith(before) && state.edits.name !== undefined
      ? name.slice(0, name.length - before.length) + after
      : name;
  }

  get path(): string | undefined {
    return this.#state.source.path;
  }

  get handle(): FileSystemFileHandle | undefined {
    return this.#state.source.handle;
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

/** The extension with its dot; empty if there is none. */
function extensionOf(name: string): string {
  return /.(\.[^.]+)$/.exec(name)?.[1] ?? '';
}
