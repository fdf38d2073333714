/** Sets the CORS rules of the bucket, and checks with the requests of a browser that they work. */
import { checkUpload } from '../cors/check-upload.ts';
import { setCors } from '../cors/set-cors.ts';
import type { SetupStep } from './step.ts';

/** Ends the command if the store cannot be reached: the other steps would only repeat that. */
export const corsStep: SetupStep = async (work) => {
  const { bucket, origins, dryRun, note } = work;
  const { step, rules, isReached, advice } = await setCors(bucket, origins, dryRun, work.wrangler);
  note(step);
  work.show(rules);
  if (isReached && step.status !== 'planned') {
    const justWritten = step.status === 'done';
    await checkUpload(bucket, { origins, dryRun, justWritten, advice }, note);
  }
  return isReached;
};
