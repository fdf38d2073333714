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
  onlyTypes: 'Only {types} can be uploaded here',
  onlyOne: 'Only one file can be uploaded here',
  upTo: 'up to {size}',
  upToEach: 'up to {size} each',
  upToFiles: { one: 'one file', other: 'up to {n} files' },
  images: 'images',
  videos: 'video',
  audio: 'audio',
  texts: 'text',
  files: 'Files',

  // Rows and totals.
  progress: '{loaded} of {total}',
  left: '{time} left',
  valueText: '{percent}, {progress}',
  queued: 'Queued',
  hashing: 'Preparing',
  paused: 'Paused',
  completing: 'Finishing',
  done: 'Uploaded',
  cancelled: 'Cancelled',
  offline: 'Offline. Goes on by itself when the network is back.',
  waitingStore: 'The storage does not answer. Trying again by itself.',
  waitingSigner: 'The upload service does not answer. Trying again by itself.',
  waiting: 'Trying again by itself.',
  uploaded: { one: '{done} of {n} uploaded', other: '{done} of {n} uploaded' },
  failedCount: { one: '{n} failed', other: '{n} failed' },
  total: 'All files',
  more: { one: 'and {n} more', other: 'and {n} more' },

  // Actions; the name of a file is added for those who cannot see the row.
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Retry',
  again: 'Choose again',
  cancel: 'Cancel',
  remove: 'Remove',
  download: 'Download',
  start: 'Start upload',
  pauseAll: 'Pause all',
  resumeAll: 'Resume all',
  retryAll: 'Retry all',
  dismiss: 'Dismiss',
  actionOn: '{action} {name}',

  // What is announced.
  added: { one: '{n} file added', other: '{n} files added' },
  doneOne: '{name} uploaded',
  doneSome: { one: '{n} file uploaded', other: '{n} files uploaded' },
  doneAll: { one: 'The file is uploaded', other: 'All {n} files are uploaded' },
  failedOne: '{name} failed: {reason}',
  refusedOne: '{name} was not added: {reason}',
  refusedSome: { one: '{n} file was not added', other: '{n} files were not added' },

  // Validity.
  needsFile: 'Choose a file.',
  needsFiles: { one: 'Choose at least {n} file.', other: 'Choose at least {n} files.' },
  busy: 'Wait until the uploads are done.',
  notStarted: 'Start the upload first.',
  hasPaused: 'Resume or remove what is paused.',
  hasFailed: 'Retry or remove what failed.',

  // Errors: what happened, and what to do.
  too_large: 'It is larger than {limit}. Choose a smaller file.',
  too_small: 'It is smaller than {limit}. Choose a larger file.',
  total_too_large: 'Together the files are larger than {limit}. Choose fewer or smaller ones.',
  too_many_files: {
    one: 'Only one file can be uploaded here. Choose one.',
    other: 'No more than {n} files can be uploaded here. Choose fewer.',
  },
  type_not_allowed: 'Only {types} can be uploaded here. Choose such a file.',
  type_not_allowed_here: 'This type of file can’t be uploaded here. Choose another.',
  duplicate: 'It is in the list already.',
  rejected: 'It can’t be uploaded here.',
  file_changed: 'The file changed on disk. Choose it again to go on.',
  file_unreadable: 'The file can’t be read. Check that it is still there, and choose it again.',
  signer_unreachable: 'The upload service can’t be reached. Retry in a moment.',
  store_unreachable: 'The storage can’t be reached. Retry in a moment.',
  store_unavailable: 'The storage does not answer. Retry in a moment.',
  store_refused: 'The storage refused the file. Retry, or tell the owner of this page.',
  cors: 'The storage does not take uploads from this page. Its owner has to allow them (CORS).',
  unauthenticated: 'You are not signed in any more. Sign in, then retry.',
  forbidden: 'You may not upload this file here.',
  expired: 'The upload took too long and expired. Retry starts it again.',
  checksum_mismatch: 'What arrived differs from the file. Retry.',
  rate_limited: 'Too many uploads at once. Retry in a moment.',
  misconfigured: 'Uploads are not set up correctly here. Tell the owner of this page.',
  failed: 'Something went wrong. Retry, or remove it.',
} as const satisfies Readonly<Record<string, string | Plural>>;

export type MessageId = keyof typeof en;

/** Texts by id. A page may replace any of them; what is missing stays English. */
export type Messages = { readonly [id in MessageId]?: string | Plural };
