/** What the engine keeps of one upload. */
import type { ChecksumAlgorithm, Plan, Result, StoredPart } from '../../worker/protocol.ts';
import { uuidv7 } from './id.ts';
import type { Parts } from './parts.ts';
import type { Rate } from './rate.ts';
import type { FileWithPath, UploadSnapshot } from './types.ts';
import { type Phase, phaseOf, type UploadState } from './upload.ts';

export class Job {
  /** The Worker's id, too: made here, so that a Create whose reply was lost can be sent again. */
  id: string;
  readonly file: File;
  readonly path: string | undefined;
  handle: FileSystemFileHandle | undefined;
  state: UploadState = { status: 'queued' };
  /** Stays queued until `start()`. */
  isHeld = false;
  /** How it is cut, as the page expects it until the Worker has said so. */
  plan: Plan;
  parts: Parts | undefined;
  checksum: ChecksumAlgorithm | null = null;
  /** Its key in the journal, as long as no other tab is at it. */
  fingerprint: string | undefined;
  /** Where it was begun and for whom, as the policy says it. */
  owner: string | undefined;
  /** The fingerprint of its file as it was at first, kept in a journal or not. */
  print: string | undefined;
  /** Ids that it had before, if any. */
  formerIds: string[] | undefined;
  /** Where on the site it was begun, for the journal. */
  place: string | undefined;
  /** When the Worker lets go of it, ISO 8601; known once it has answered. */
  expiresAt: string | undefined;
  token: string | undefined;
  key: string | undefined;
  /** Known without completing it: an earlier visit did, and did not hear of it. */
  result: Result | undefined;
  creating: Promise<void> | undefined;
  /** What is stored has to be asked for before it goes on. */
  isInDoubt: boolean;
  isResumed = false;
  /** Parts of it have gone through the Worker. */
  isRelayed = false;
  /** The file's bytes could be read once: if they cannot any more, it has changed. */
  wasRead = false;
  /** Acknowledged bytes at their highest. */
  loaded = 0;
  rate: Rate | undefined;
  setbacks = 0;
  /** Requests to the store in flight. */
  flying = 0;
  /** When it last got a slot, in turns of the engine. */
  servedAt = 0;
  /** What the journal says that the store holds, where the store itself cannot say it. */
  receipts: readonly StoredPart[] = [];
  /** Looking into the journal, or having looked. */
  consulting: Promise<void> | undefined;
  /** While its parts are being sent: looks at what can be done next. */
  look: (() => void) | undefined;
  abort: AbortController | undefined;
  life: Promise<void> = Promise.resolve();
  unlock: (() => void) | undefined;
  snapshot: UploadSnapshot | undefined;

  constructor({ file, path, id, handle }: FileWithPath) {
    this.id = id ?? uuidv7();
    this.isInDoubt = id !== undefined;
    this.handle = handle;
    this.file = file;
    this.plan = { kind: 'single', bytes: file.size };
    this.path = path;
  }

  get phase(): Phase {
    return phaseOf(this.state);
  }

  get isSingle(): boolean {
    return this.plan.kind === 'single';
  }

  /** Forgets what was agreed with the Worker, not who it is. */
  forget(): void {
    this.parts = this.token = this.key = this.creating = this.result = undefined;
    this.isInDoubt = this.isResumed = false;
  }
}
