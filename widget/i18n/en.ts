import { enZone, type Plural } from './en-zone.ts';

export type { Plural };

/** English, and the list of all messages. `{…}` is filled in; `{n}` chooses the plural form. */
export const en = {
  ...enZone,

  // Rows and totals.
  progress: '{loaded} of {total}',
  left: '{time} left',
  queued: 'Queued',
  checking: 'Checking',
  transforming: 'Processing',
  hashing: 'Preparing',
  sending: 'Sending',
  paused: 'Paused',
  completing: 'Finishing',
  done: 'Uploaded',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
  elsewhere: 'Begun on another device',
  offline: 'Offline. It resumes when you are back online.',
  waiting: 'The server isn’t responding. Retrying automatically.',
  stalled: 'Stalled. It resumes when the connection recovers.',
  disk: 'Waiting for the disk',
  blocked: 'Something on the way, such as a firewall, blocks it. Retrying automatically.',
  restarted: 'The server dropped it. Started over.',
  tooSlow: 'Too slow: the server drops it in {time}.',
  needsDetails: 'Details are missing.',
  uploaded: '{done} of {n} uploaded',
  failedCount: '{n} failed',
  total: 'All files',
  more: 'and {n} more',

  // Actions; the file's name is added for users who cannot see its row.
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Retry',
  again: 'Choose again',
  continue: 'Continue',
  discard: 'Discard',
  continueAll: 'Continue all',
  discardAll: 'Discard all',
  cancel: 'Cancel',
  undo: 'Undo',
  remove: 'Remove',
  edit: 'Edit',
  save: 'Save',
  fileName: 'File name',
  download: 'Download',
  start: 'Start upload',
  pauseAll: 'Pause all',
  resumeAll: 'Resume all',
  retryAll: 'Retry all',
  dismiss: 'Dismiss',
  raise: 'Move up',
  lower: 'Move down',

  // Announcements of what is also visible.
  added: { one: '{n} file added', other: '{n} files added' },
  moved: 'Moved to {at} of {n}',

  // Errors: what happened and what to do.
  too_large: 'It is larger than {limit}. Choose a smaller file.',
  too_small: 'It is smaller than {limit}. Choose a larger file.',
  total_too_large: 'The files are larger than {limit} in total. Choose fewer or smaller files.',
  transform_failed: 'It couldn’t be processed. Retry, or remove it.',
  duplicate: 'It is already in the list.',
  file_changed: 'The file has changed on disk. Choose it again to continue.',
  file_unreadable: 'The file can’t be read. Check that it still exists, and choose it again.',
  file_not_allowed: 'The browser isn’t allowed to read this file. Allow it, or choose it again.',
  unreachable: 'The server can’t be reached. Retry in a moment.',
  full: 'The storage is full. Tell the owner of this page.',
  cors: 'The storage doesn’t accept uploads from this page (CORS). Tell the owner of this page.',
  misconfigured: 'Uploads are not set up correctly here. Tell the owner of this page.',
  unauthenticated: 'You are no longer signed in. Sign in, then retry.',
  forbidden: 'You aren’t allowed to upload this file here.',
  expired: 'The upload took too long and expired. Retry to start again.',
  checksum_mismatch: 'The file was damaged on the way. Try again.',
  failed: 'Something went wrong. Retry, or remove it.',
} as const satisfies Readonly<Record<string, string | Plural>>;

export type MessageId = keyof typeof en;

/** Texts by id. A page may replace any of them; missing ones stay English. */
export type Messages = { readonly [id in MessageId]?: string | Plural };

/** Texts for all ids, as a complete language has them. */
export type AllMessages = { readonly [id in MessageId]: string | Plural };
