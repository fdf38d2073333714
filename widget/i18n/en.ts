/** A message that depends on a number `n`, by the plural rules of its language. */
export type Plural = { readonly other: string } & {
  readonly [rule in Intl.LDMLPluralRule]?: string;
};

/** English, and the list of all messages. `{…}` is filled in; a plural form chooses by `{n}`. */
export const en = {
  // The zone.
  drop: 'Drop files here or {browse}',
  dropOne: 'Drop a file here or {browse}',
  dropMore: 'Drop more files or {browse}',
  dropOther: 'Drop another file or {browse}',
  dropFolder: 'Drop a folder here or {browse}',
  browse: 'browse',
  choose: 'Choose files',
  chooseOne: 'Choose a file',
  chooseFolder: 'Choose a folder',
  dropping: { one: 'Drop to upload {n} file', other: 'Drop to upload {n} files' },
  droppingUnknown: 'Drop to upload',
  reading: 'Reading the folder…',
  upTo: 'up to {size}',
  upToEach: 'up to {size} each',
  upToFiles: 'up to {n} files',
  image: 'images',
  video: 'video',
  audio: 'audio',
  text: 'text',

  // Rows and totals.
  progress: '{loaded} of {total}',
  left: '{time} left',
  queued: 'Queued',
  hashing: 'Preparing',
  paused: 'Paused',
  completing: 'Finishing',
  done: 'Uploaded',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
  offline: 'Offline. Goes on by itself when the network is back.',
  waiting: 'The server does not answer. Trying again by itself.',
  uploaded: '{done} of {n} uploaded',
  failedCount: '{n} failed',
  total: 'All files',
  more: 'and {n} more',

  // Actions; the name of the file is added for those who cannot see its row.
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Retry',
  again: 'Choose again',
  continue: 'Continue',
  discard: 'Discard',
  continueAll: 'Continue all',
  discardAll: 'Discard all',
  cancel: 'Cancel',
  remove: 'Remove',
  download: 'Download',
  start: 'Start upload',
  pauseAll: 'Pause all',
  resumeAll: 'Resume all',
  retryAll: 'Retry all',
  dismiss: 'Dismiss',

  // Announced beside what is seen.
  added: { one: '{n} file added', other: '{n} files added' },

  // Validity.
  required: { one: 'Choose a file.', other: 'Choose at least {n} files.' },
  busy: 'Wait until the uploads are done.',
  held: 'Start the upload first.',
  unfinished: 'Resume, retry or remove what is not uploaded.',

  // Errors: what happened, and what to do.
  too_large: 'It is larger than {limit}. Choose a smaller file.',
  too_small: 'It is smaller than {limit}. Choose a larger file.',
  total_too_large: 'Together the files are larger than {limit}. Choose fewer or smaller ones.',
  too_many_files: {
    one: 'Only one file can be uploaded here.',
    other: 'No more than {n} files can be uploaded here.',
  },
  type_not_allowed: 'Only {types} can be uploaded here.',
  rejected: 'It can’t be uploaded here.',
  duplicate: 'It is in the list already.',
  file_changed: 'The file changed on disk. Choose it again to go on.',
  file_unreadable: 'The file can’t be read. Check that it is still there, and choose it again.',
  file_not_allowed: 'The browser may not read the file. Allow it, or choose it again.',
  unreachable: 'The server can’t be reached. Retry in a moment.',
  cors: 'The storage takes no uploads from this page (CORS). Tell the owner of this page.',
  misconfigured: 'Uploads are not set up correctly here. Tell the owner of this page.',
  unauthenticated: 'You are not signed in any more. Sign in, then retry.',
  forbidden: 'You may not upload this file here.',
  expired: 'The upload took too long and expired. Retry starts it again.',
  checksum_mismatch: 'What arrived differs from the file. Retry.',
  failed: 'Something went wrong. Retry, or remove it.',
} as const satisfies Readonly<Record<string, string | Plural>>;

export type MessageId = keyof typeof en;

/** Texts by id. A page may replace any of them; what is missing stays English. */
export type Messages = { readonly [id in MessageId]?: string | Plural };

/** All of them, as a whole language has them. */
export type AllMessages = { readonly [id in MessageId]: string | Plural };
