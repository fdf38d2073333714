/** Sees to it that the Worker has a key-value store for its list of uploads. */
import type { Step } from './report.ts';
import type { SetupStep, Work } from './step.ts';
import { environmentArgs, WranglerError } from './wrangler.ts';

const WHAT = 'key-value store';
const BINDING = 'UPLOADS';

/** Does nothing without a configuration of wrangler: a server of one's own has its list in STATE_URL. */
export const namespaceStep: SetupStep = async (work) => {
  const step = await namespaceOf(work);
  if (step !== undefined) work.note({ what: WHAT, ...step });
  return true;
};

async function namespaceOf(work: Work): Promise<Omit<Step, 'what'> | undefined> {
  const { config } = work.sources;
  if (config === undefined) return undefined;
  const id = config.namespaceIds[BINDING];
  if (id !== undefined) return { status: 'kept', detail: `${BINDING} is the namespace ${id}` };
  if (config.namespaces.includes(BINDING)) {
    return { status: 'kept', detail: `${BINDING} is bound, and the first deployment makes it` };
  }
  // wrangler writes into JSON alone.
  if (config.file.endsWith('.toml')) {
    const advice = `add [[kv_namespaces]] binding = "${BINDING}" to ${config.file}`;
    return { status: 'failed', detail: `${BINDING} is not bound`, advice };
  }
  const what = `a namespace, and its binding in ${config.file}`;
  if (work.dryRun) return { status: 'planned', detail: `would add ${what}` };
  const args = ['kv', 'namespace', 'create', BINDING, '--binding', BINDING, '--update-config'];
  try {
    await work.wrangler([...args, ...environmentArgs(work.machine)]);
    return { status: 'done', detail: `added ${what}` };
  } catch (error) {
    if (!(error instanceof WranglerError)) throw error;
    return { status: 'failed', detail: error.message, advice: error.advice };
  }
}
