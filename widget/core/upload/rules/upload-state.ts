import type { Edits, FileWithPath } from '../../types.ts';
import type { Standing } from '../standing.ts';
import type { Terms } from '../terms.ts';
import type { Progress } from './events.ts';

/** The state of one upload. */
export interface UploadState {
  /** The Worker's id too: made by the page, so that a Create whose answer was lost can be repeated. */
  readonly id: string;
  /** Ids that the upload had before, if any. */
  readonly formerIds: readonly string[];
  /** The file as it was added; of one that has failed and was added again, as it was added last. */
  readonly chosen: FileWithPath;
  /** What is sent: the chosen file, or what the page's transforms have made of it. */
  readonly source: FileWithPath;
  readonly edits: Edits;
  readonly progress: Progress;
  readonly standing: Standing;
  /** As the policy leads to expect; once agreed, as the Worker has said. */
  readonly terms: Terms;
  /** Its turn has come once before. */
  readonly wasStarted: boolean;
  /** Bytes of an earlier visit were found on the store. */
  readonly isResumed: boolean;
  /** Times that it began again from zero, because the store had dropped what it held. */
  readonly restarts: number;
  /** Parts have gone through the Worker. */
  readonly isRelayed: boolean;
  /** Reads of the file that hang. */
  readonly hungReads: number;
  /** The file could be read once; if it cannot be read any more, it has changed. */
  readonly wasRead: boolean;
  /** Hash of the ends of the file when it was first read. */
  readonly fingerprint?: string | undefined;
}
