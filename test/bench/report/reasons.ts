/** Why a peer is not behind on a line, by the line's id. A line is only explained while that is so. */
export const REASONS: ReadonlyMap<string, string> = new Map([
  [
    'bloat',
    'The line is full from the first byte to the last, so the difference lies before and after: hashing the first files before the Create, and one round trip for the Complete, in which the Worker verifies what the store holds. Uppy, tus-js-client and Better Upload hash nothing and complete nothing for files of this size.',
  ],
  [
    'thin',
    'The Complete, in which the Worker verifies what the store holds, takes a round trip of 300 ms after the last byte, which is 2 % of the time; the peers that are not behind end with the last byte. How the connections recover from packets that the full queue drops differs from round to round, and by more than that. `@aws-sdk/lib-storage` signs with keys that lie on the page, and so asks nobody before the first byte.',
  ],
  [
    'loopback',
    'Checksums cost reading each byte a second time, which the row "floor, and read again" shows. Uppy computes none.',
  ],
  [
    'faulty',
    'tus-js-client sends to a server that writes to its own disk: nothing is signed, hashed or completed.',
  ],
]);

/** Clients that do not run on these lines, and why. */
export const LEFT_OUT: readonly string[] = [
  'Uppy 6 sends several files at a time, but the parts of one file one after the other, each over one connection; that shows where one file is sent over a line on which each connection is slow.',
  'Uppy and Better Upload do not try a failed call to their own server again, so one failed request in a hundred fails some files; that shows in the column of failures.',
  'FilePond knows no S3 and no tus. Its chunks go by its own protocol to a server that would have to write to the bucket: the sink here answers that protocol at once, which flatters it.',
  'The bench runs EvaporateJS with the MD5 and SHA-256 of this project, because it brings none.',
];
