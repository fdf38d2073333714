/**
 * The operations of `/chunks`, which are there with RELAY=on: chunks by `Content-Range`, tus 1.0 and
 * Resumable Uploads for HTTP. The last two are described by their own specifications, and here only by
 * the headers that they are told apart by.
 */
import { ListAnswerSchema } from '../answers.ts';
import { ListQuery } from '../schemas.ts';
import { CHUNK_PATHS } from './paths.ts';
import { ChunkedAnswerSchema, ChunkedBeginBody, ChunkedFinishBody } from './schemas.ts';

const WHOLE = CHUNK_PATHS.all;
const ONE = CHUNK_PATHS.one('{upload}');
const SENT = ['Content-Length', 'Content-Range', 'Content-Disposition', 'Upload-Complete'];

export const CHUNKED_OPERATIONS = [
  {
    method: 'options',
    path: WHOLE,
    id: 'getChunkLimits',
    summary: 'What tus and Resumable Uploads for HTTP may do here',
  },
  {
    method: 'put',
    path: WHOLE,
    id: 'beginWithChunk',
    summary: 'Begin an upload with its first chunk, or send the whole file',
    bytes: SENT,
    answer: ['ChunkedAnswer', ChunkedAnswerSchema],
    accepted: ['ChunkedAnswer', ChunkedAnswerSchema],
    status: 201,
  },
  {
    method: 'post',
    path: WHOLE,
    id: 'beginChunked',
    summary: 'Begin an upload whose bytes come later, or as PUT, or by tus with Tus-Resumable',
    body: ['ChunkedBeginBody', ChunkedBeginBody],
    mayLackBody: true,
    answer: ['ChunkedAnswer', ChunkedAnswerSchema],
    accepted: ['ChunkedAnswer', ChunkedAnswerSchema],
    status: 201,
  },
  {
    method: 'get',
    path: WHOLE,
    id: 'listChunked',
    summary: 'The caller’s own uploads, as GET /uploads',
    query: ListQuery,
    answer: ['ListAnswer', ListAnswerSchema],
  },
  {
    method: 'options',
    path: ONE,
    id: 'getChunkedLimits',
    summary: 'What tus and Resumable Uploads for HTTP may do here',
  },
  {
    method: 'get',
    path: ONE,
    id: 'getChunked',
    summary: 'How far the upload has come; HEAD answers the same in headers',
    answer: ['ChunkedAnswer', ChunkedAnswerSchema],
  },
  {
    method: 'put',
    path: ONE,
    id: 'appendChunk',
    summary: 'Append a chunk; Content-Range says where it belongs',
    bytes: ['Content-Length', 'Content-Range'],
    answer: ['ChunkedAnswer', ChunkedAnswerSchema],
  },
  {
    method: 'patch',
    path: ONE,
    id: 'patchChunk',
    summary: 'Append by tus or Resumable Uploads for HTTP; Upload-Offset says where',
    bytes: ['Upload-Offset', 'Content-Length', 'Tus-Resumable', 'Upload-Complete', 'Upload-Length'],
  },
  {
    method: 'post',
    path: ONE,
    id: 'finishChunked',
    summary: 'Finish the upload, and verify the checksum of the whole file',
    body: ['ChunkedFinishBody', ChunkedFinishBody],
    mayLackBody: true,
    answer: ['ChunkedAnswer', ChunkedAnswerSchema],
    accepted: ['ChunkedAnswer', ChunkedAnswerSchema],
  },
  {
    method: 'delete',
    path: ONE,
    id: 'abortChunked',
    summary: 'Abort the upload',
  },
] as const;
