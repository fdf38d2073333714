import type { Citation, System } from './row.ts';

const WHOLE = 'worker/whole-checksums.test.ts';
const refused = (what: string): Citation => [
  'worker/chunked/refusals.test.ts',
  '${what}: ${status} ${code}',
  what,
];

export const DRF: System = {
  name: 'drf-chunked-upload',
  page: 'drf-chunked-upload.md',
  url: 'https://github.com/jkeifer/drf-chunked-upload',
  script: ['docs/from.test.ts', 'drf-chunked-upload.md sends chunks in forms'],
  rows: [
    {
      id: 's3.1',
      kind: 'job',
      there: 'Large files in chunks, through the server',
      here: '`RELAY=on`, then `/chunks`',
      tests: [
        ['worker/chunked/chunks.test.ts', 'make one file of ${bytes} bytes in pieces of ${size}'],
      ],
    },
    {
      id: 's3.2',
      kind: 'endpoint',
      there: 'The first `PUT` of a chunk creates the upload',
      here: '`PUT /chunks?filename=…` with `Content-Range`',
      tests: [
        ['worker/promises/drf.test.ts', 's3.2: the first PUT of a chunk creates the upload'],
        ['worker/chunked/chunks.test.ts', 'make one file of ${bytes} bytes in pieces of ${size}'],
        [
          'worker/chunked/transcripts.test.ts',
          'sends a file with Python’s requests, as drf-chunked-upload has it',
        ],
      ],
    },
    {
      id: 's3.3',
      kind: 'field',
      there: '`url` in every answer',
      here: '`url`, and `Location` when it is new',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.3: every answer has the URL at which the upload goes on',
        ],
        ['worker/chunked/chunks.test.ts', 'are answered with url, offset and expires, each time'],
      ],
    },
    {
      id: 's3.4',
      kind: 'field',
      there: '`offset` in every answer',
      here: '`offset`, and `Upload-Offset`',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.4: every answer has the offset at which the next chunk begins, on each store',
        ],
        ['worker/chunked/chunks.test.ts', 'are answered with url, offset and expires, each time'],
      ],
    },
    {
      id: 's3.5',
      kind: 'field',
      there: '`expires` in every answer',
      here: '`expires`',
      tests: [
        ['worker/chunked/chunks.test.ts', 'are answered with url, offset and expires, each time'],
      ],
    },
    {
      id: 's3.6',
      kind: 'field',
      there: '`field_name`: chunks as `multipart/form-data`, by the name of a field',
      here: '`?field=my_file`; without it, the first field with a file name. Raw bodies work as well.',
      tests: [
        ['worker/promises/drf.test.ts', 's3.6: a chunk comes in a form, by the name of its field'],
        ['worker/chunked/chunks.test.ts', 'come in forms, by the name of a field'],
      ],
    },
    {
      id: 's3.7',
      kind: 'field',
      there: '`Content-Range` says where a chunk belongs',
      here: 'The same header',
      tests: [refused('a range that is none'), refused('a chunk of another length than its range')],
    },
    {
      id: 's3.8',
      kind: 'job',
      there: 'The client chooses the size of its chunks',
      here: 'Any size from one byte on, another one each time',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.8: the client chooses the size of its chunks, another one each time',
        ],
        ['worker/chunked/chunks.test.ts', 'may have another size each time'],
      ],
    },
    {
      id: 's3.9',
      kind: 'endpoint',
      there: 'A final `POST` with the checksum of the whole file, which is verified',
      here: '`POST url` with `md5=…`, `sha1=…`, `sha256=…`, `crc32c=…` or `crc64nvme=…`; `checksum` of `POST /uploads/:id/complete`',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.9: the checksum of the whole file is verified at the end, and never ignored',
        ],
        [
          'worker/chunked/transcripts.test.ts',
          'continues with curl what has broken off, and is verified',
        ],
        [WHOLE, 'is verified by its ${algorithm} for a file ${kind}'],
        [WHOLE, 'is refused if its ${algorithm} is wrong for a file ${kind}'],
        [WHOLE, 'is refused at Create by ${algorithm} for a file ${kind}'],
      ],
      reason:
        'A file that would have to be read back and is larger than `VERIFY_MAX_BYTES` is refused with 400, at Create if the checksum is named there. A checksum is never ignored.',
    },
    {
      id: 's3.10',
      kind: 'field',
      there: '`md5`, `sha1` or `sha256` of the whole file',
      here: 'The same names, in hex or base64',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.10: the ${algorithm} of a whole file in parts is verified',
        ],
        [WHOLE, 'is verified by its ${algorithm} for a file ${kind}'],
        [
          'worker/chunked/transcripts.test.ts',
          'sends a file with Python’s requests, as drf-chunked-upload has it',
        ],
      ],
    },
    {
      id: 's3.11',
      kind: 'endpoint',
      there: '200 and the result',
      here: '200 with `result`; the call may be repeated',
      tests: [
        [
          'worker/chunked/chunks.test.ts',
          'finish as often as they are asked to, and only when all have come',
        ],
      ],
    },
    {
      id: 's3.12',
      kind: 'state',
      there: '`get_response_data()` adds to the answer',
      here: 'What the hook `finalize` returns as `data` is `result.data`',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.12: the hook that finishes an upload adds to the answer',
        ],
        [
          'worker/hooks.test.ts',
          'finalize adds to the result, for every Complete of the upload and from the record',
        ],
      ],
    },
    {
      id: 's3.13',
      kind: 'endpoint',
      there: 'A whole file in one `POST`, without `Content-Range`',
      here: '`POST /chunks?filename=…`, or `PUT`',
      tests: [
        ['worker/chunked/chunks.test.ts', 'are not needed: ${method} takes the whole file at once'],
      ],
    },
    {
      id: 's3.14',
      kind: 'error',
      there: '410: the upload has expired',
      here: '410 `expired`',
      tests: [
        ['worker/chunked/refusals.test.ts', 'expired: 410, and nothing of it stays at the store'],
      ],
    },
    {
      id: 's3.15',
      kind: 'error',
      there: '404: no upload has this id',
      here: '404 `not_found`',
      tests: [refused('an upload that is not there')],
    },
    {
      id: 's3.16',
      kind: 'error',
      there: '400: no chunk under the field’s name',
      here: '400 `invalid_request`',
      tests: [refused('a form without a file')],
    },
    {
      id: 's3.17',
      kind: 'error',
      there: '400: no `Content-Range`',
      here: '400 `invalid_request`, `field: "content-range"`. A first request without it is a whole file.',
      tests: [refused('a later chunk without a range')],
    },
    {
      id: 's3.18',
      kind: 'error',
      there: '400: the file is too large',
      here: '413 `too_large`',
      tests: [refused('a file that is too large')],
      reason: 'The status is the one that HTTP has for it.',
    },
    {
      id: 's3.19',
      kind: 'error',
      there: '400: the offsets differ',
      here: '409 `conflict` with the right `offset` and `Upload-Offset`',
      tests: [
        refused('a chunk elsewhere'),
        ['worker/chunked/chunks.test.ts', 'are told where to continue, if they begin elsewhere'],
      ],
      reason: 'The status is the one that tus and the HTTP draft have for it.',
    },
    {
      id: 's3.20',
      kind: 'error',
      there: '400: the checksums differ',
      here: '422 `checksum_mismatch`, and nothing is kept',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.20: a file whose checksum differs is refused, and cannot be read',
        ],
        [WHOLE, 'is refused if its ${algorithm} is wrong for a file ${kind}'],
        ['worker/verifying.test.ts', 'is removed by the upkeep if it is wrong'],
        ['worker/relay.test.ts', 'case 69: passes the checksum on, and a part that differs'],
      ],
      reason: 'A code of its own, so that a client can tell it from a malformed request.',
    },
    {
      id: 's3.21',
      kind: 'error',
      there: 'Each error reaches the client',
      here: 'A body that is refused early is read to an end, so that the answer is not lost.',
      tests: [
        [
          'worker/promises/refusals.test.ts',
          's3.21: each refusal of a body of 8 MiB reaches the client that sends it',
        ],
        ['e2e/early-refusals.test.ts', 'answers ${what} of ${bytes / MIB} MiB each time'],
      ],
    },
    {
      id: 's3.22',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_EXPIRATION_DELTA`',
      here: '`UPLOAD_TTL`, from the last chunk on; `UPLOAD_MAX_AGE`, from the beginning',
      tests: [
        ['worker/chunked/refusals.test.ts', 'expired: 410, and nothing of it stays at the store'],
        ['worker/limits.test.ts', 'MAX_FILES and UPLOAD_TTL, URL_TTL and expiresIn bound'],
      ],
    },
    {
      id: 's3.23',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_PATH`, with dates',
      here: '`KEY_TEMPLATE`, such as `chunked_uploads/{yyyy}/{mm}/{dd}/{id}{ext}`',
      tests: [['worker/key.test.ts', 'fills every placeholder']],
    },
    {
      id: 's3.24',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_CHECKSUM`: the algorithm of the checksum of the whole file',
      here: 'The client names the algorithm with its value; `VERIFY_MAX_BYTES` and `VERIFY_STEP_BYTES` say how much is read back. `CHECKSUM` is for parts.',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.24: the client names the algorithm of the whole file, and a setting says how much is read back',
        ],
        [WHOLE, 'is verified by its ${algorithm} for a file ${kind}'],
        ['worker/s3/part-checksums.test.ts', 'case 69: is checked by the store'],
      ],
    },
    {
      id: 's3.25',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_INCOMPLETE_EXT` and `…_COMPLETE_EXT` (`.part`, `.done`)',
      here: 'Not needed',
      tests: [['worker/chunked/chunks.test.ts', 'leave nothing beside the file']],
      reason: 'An object appears under its key when the upload is complete, and not before.',
    },
    {
      id: 's3.26',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_STORAGE_CLASS`',
      here: '`S3_ENDPOINT` and `S3_PROFILE`; `createStore` in code',
      tests: [['worker/config.test.ts', 'recognises stores by their hosts']],
      reason: 'Any S3 store, but no file system.',
    },
    {
      id: 's3.27',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_USER_RESTRICED=True`',
      here: 'Always so: an upload is its owner’s',
      tests: [['worker/chunked/refusals.test.ts', 'somebody else’s: there is no such upload']],
    },
    {
      id: 's3.28',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_USER_RESTRICED=False`',
      here: '`OWNER_CLAIM` with the claim of a group: its members share uploads, and each says whose `user` began it',
      tests: [
        [
          'worker/promises/drf.test.ts',
          's3.28: the people of a group share their uploads, and each says who began it',
        ],
        ['worker/sharing.test.ts', 'are begun by one, finished by another, and say who began them'],
        ['worker/sharing.test.ts', 'are not there for anybody outside of the group'],
      ],
      reason: 'Shared within a group, never with everybody.',
    },
    {
      id: 's3.29',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_ABSTRACT_MODEL`',
      here: 'None',
      reason:
        'There is no Django model to extend. Fields of your own are `metadata`, or `data` of the hook `finalize`.',
    },
    {
      id: 's3.30',
      kind: 'setting',
      there: '`DRF_CHUNKED_UPLOAD_MAX_BYTES`',
      here: '`MAX_BYTES`; `MAX_TOTAL_BYTES` for all files of an owner',
      tests: [
        refused('a file that is too large'),
        ['worker/chunked/refusals.test.ts', 'count what comes in chunks'],
      ],
    },
    {
      id: 's3.31',
      kind: 'job',
      there: 'Resume an interrupted upload',
      here: '`GET url` says the `offset`; the next chunk begins there',
      tests: [
        [
          'worker/chunked/chunks.test.ts',
          'continue after a line that broke in the middle of one, with what had come',
        ],
      ],
    },
  ],
};
