/** A message that depends on a number `n`, by the plural rules of its language. */
export type Plural = { readonly other: string } & {
  readonly [rule in Intl.LDMLPluralRule]?: string;
};

/** English texts of the zone and of the form: those that are needed before the rows are loaded. */
export const enZone = {
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
  upToFiles: { one: 'up to {n} file', other: 'up to {n} files' },
  droppingUnknown: 'Drop to upload',
  reading: 'Reading the folder…',
  upTo: 'up to {size}',
  upToEach: 'up to {size} each',
  image: 'images',
  video: 'video',
  audio: 'audio',
  text: 'text',

  // Why files cannot be added.
  too_many_files: {
    one: 'Only one file can be uploaded here.',
    other: 'No more than {n} files can be uploaded here.',
  },
  type_not_allowed: 'Only {types} can be uploaded here.',
  rejected: 'It can’t be uploaded here.',

  // Validity.
  needed: 'Required.',
  required: { one: 'Choose a file.', other: 'Choose at least {n} files.' },
  busy: 'Wait until the uploads have finished.',
  held: 'Start the upload first.',
  unfinished: 'Resume, retry or remove the unfinished uploads.',
} as const satisfies Readonly<Record<string, string | Plural>>;
