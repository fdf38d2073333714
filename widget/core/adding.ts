/** Turns files into uploads, or refuses them. */
import type { Controls } from './controls.ts';
import { UploadError } from './errors.ts';
import { judge, type Verdict } from './restrictions.ts';
import type { FileWithPath, Rejection, UploadSnapshot } from './types.ts';
import { Failures } from './upload/failures.ts';
import type { UploadList } from './upload/list.ts';
import { Upload } from './upload/upload.ts';
import { isUploadId } from '../../worker/protocol/id.ts';

/**
 * Adds files to the list, and has them sent. `countingBusy` calls a function that may make the first
 * upload active.
 */
export function addFiles(
  entries: readonly FileWithPath[],
  list: UploadList,
  controls: Controls,
  countingBusy: (change: () => UploadSnapshot) => UploadSnapshot,
): { readonly uploads: readonly UploadSnapshot[]; readonly rejected: readonly Rejection[] } {
  const uploads: UploadSnapshot[] = [];
  const rejected: Rejection[] = [];
  if (!controls.policy) void controls.prepare();
  const refusal = judgeFor(controls);
  // Counted here and not in the list, because there may be 20,000 files.
  const { sums, failedBytes } = list;
  const failures = new Failures(sums.failed > 0 ? list.uploads : []);
  const present = { files: sums.files - sums.failed, bytes: sums.bytes - failedBytes };
  const phase = controls.options.auto === false ? 'added' : 'queued';
  for (const entry of entries) {
    const { file } = entry;
    const former = list.findByFile(entry);
    if (former?.phase === 'undoable') {
      // It was cancelled a moment ago, and is wanted after all.
      uploads.push(
        countingBusy(() => {
          controls.undo(former);
          return list.refresh(former);
        }),
      );
      continue;
    }
    const abort = new AbortController();
    const verdict = verdictOn(entry, former, () => refusal(entry, present, abort.signal));
    const isChecking = verdict instanceof Promise;
    if (verdict && !isChecking) {
      rejected.push({ file, error: verdict });
      continue;
    }
    present.files++;
    present.bytes += file.size;
    const failed = failures.take(entry);
    const upload = failed ?? new Upload(entry, isChecking ? 'checking' : phase);
    const add = failed
      ? () => list.refile(failed, () => controls.retry(failed, entry, isChecking))
      : () => list.add(upload);
    uploads.push(countingBusy(add));
    if (isChecking) void controls.check(upload, { verdict, abort, isRetry: failed !== undefined });
    else if (!failed && upload.phase === 'queued') controls.start(upload);
  }
  return { uploads, rejected };
}

/** What the policy says of types and sizes holds for what the page's transforms make of a file. */
function judgeFor({ options, policy }: Controls): ReturnType<typeof judge> {
  const { transforms = [], restrictions = {} } = options;
  const isSentAsChosen = transforms.length === 0;
  return judge(restrictions, isSentAsChosen ? policy : { maxFiles: policy?.maxFiles ?? null });
}

function verdictOn(
  { file, id }: FileWithPath,
  former: Upload | undefined,
  refusal: () => Verdict | Promise<Verdict>,
): Verdict | Promise<Verdict> {
  const fileName = file.name;
  if (id !== undefined && !isUploadId(id)) {
    const message = `${fileName}: the id of an upload must be a UUID`;
    return new UploadError('invalid_request', message, { fileName });
  }
  const phase = former?.phase;
  return phase !== undefined && phase !== 'cancelled' && phase !== 'failed'
    ? new UploadError('duplicate', `${fileName} is already in the list.`, { fileName })
    : refusal();
}
