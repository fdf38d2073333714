/** Checks the rules of the bucket: who pays, and what becomes of uploads that nobody finishes. */
import type { Bucket } from '../../bucket.ts';
import { isStoreError } from '../../../s3/requests/errors.ts';
import { pass, warn, type Note } from '../finding.ts';

const DAY_SECONDS = 86_400;

export async function checkRules(bucket: Bucket, note: Note): Promise<void> {
  const payment = await ruleOf(bucket, 'GetBucketRequestPayment', 'requestPayment');
  if (payment?.includes('<Payer>Requester</Payer>') === true) {
    // Uploads work, so the keys are the owner's, who need not agree to pay.
    const detail =
      'the store refuses requests without a signature, and those of other accounts unless they pay';
    note(warn('requester pays', detail, 'let no PUBLIC_URL lead to this bucket'));
  }
  const lifecycle = await ruleOf(bucket, 'GetBucketLifecycleConfiguration', 'lifecycle');
  const { profile } = bucket.store;
  const { staleAfterSeconds } = profile;
  const what = 'unfinished uploads';
  const days = abortDaysOf(lifecycle);
  // Amazon says at each Create when it will abort the upload.
  const isKnown = profile.name === 'aws' || (days ?? 0) * DAY_SECONDS === staleAfterSeconds;
  if (days !== undefined && !isKnown) {
    const detail = `a lifecycle rule removes them after ${days} d, which the Worker does not know`;
    note(
      warn(
        what,
        detail,
        `set S3_ABORTS_AFTER=${days}d, so that pages warn of files that take longer`,
      ),
    );
  } else if (days !== undefined) {
    note(pass(what, `a lifecycle rule removes them after ${days} d`));
  } else if (staleAfterSeconds !== null) {
    note(pass(what, `the store removes them after ${staleAfterSeconds / 3600} h`));
  } else if (lifecycle !== undefined) {
    const detail = 'only the cron trigger of the Worker removes them';
    const advice =
      'add a lifecycle rule that aborts incomplete multipart uploads after 7 days, and set S3_ABORTS_AFTER=7d';
    note(warn(what, detail, advice));
  }
}

/** After how many days a rule that is enabled aborts uploads; undefined if none does. */
function abortDaysOf(lifecycle = ''): number | undefined {
  const rules = lifecycle.split('<Rule>').filter((rule) => !rule.includes('<Status>Disabled<'));
  const days = rules.flatMap((rule) => {
    const [, text] =
      /<AbortIncompleteMultipartUpload>.*?<DaysAfterInitiation>(\d+)</s.exec(rule) ?? [];
    return text === undefined ? [] : [Number(text)];
  });
  return days.length === 0 ? undefined : Math.min(...days);
}

/** The rule in XML; empty if the bucket has none, undefined if the store or the keys do not tell. */
async function ruleOf(
  { control }: Bucket,
  operation: string,
  name: string,
): Promise<string | undefined> {
  try {
    return await control({
      operation,
      method: 'GET',
      key: null,
      query: { [name]: '' },
      idempotent: true,
      read: ({ body = '' }) => ({ result: body }),
    });
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return /^NoSuch\w+Configuration$/.test(error.code) ? '' : undefined;
  }
}
