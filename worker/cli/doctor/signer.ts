/** Checks a signer that is deployed: what a page of each origin would meet. */
import type { CreateAnswer, Policy, Problem, SignedRequest } from '../../protocol.ts';
import { isRefused, uuidv7 } from '../../protocol.ts';
import { PATHS } from '../../protocol/paths.ts';
import { checkSignedPart, PART } from '../cors/check-upload.ts';
import { fileFor } from './file-for.ts';
import { fail, findingOf, pass, warn, type Finding, type Note } from './finding.ts';
import { request, type TextAnswer } from './request.ts';

/** The environment variable with the token of a caller. */
export const TOKEN_VARIABLE = 'S3_UPLOAD_TOKEN';

/** @param token of a caller; without one, only a signer that anybody may call can be checked whole. */
export async function checkSigner(
  url: string,
  origins: readonly string[],
  token: string | undefined,
  note: Note,
): Promise<void> {
  const health = await request(url + PATHS.health);
  if (!(await noteHealth(url, health, note))) return;
  const bearer: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  for (const origin of origins.length > 0 ? origins : [undefined]) {
    const headers = { ...bearer, ...(origin !== undefined && { origin }) };
    const answer = await request(url + PATHS.policy, { headers });
    const policy = notePolicy(answer, origin, note);
    if (policy !== undefined && origin !== undefined) {
      await checkUpload(url, policy, origin, headers, note);
    }
  }
  if (origins.length === 0) {
    note(
      warn(
        'pages',
        'no origin was named, so nothing was uploaded',
        'add --origin https://app.example',
      ),
    );
  }
}

async function noteHealth(
  url: string,
  health: TextAnswer | undefined,
  note: Note,
): Promise<boolean> {
  const problem = problemOf(health);
  if (health?.ok === true && fieldsOf(health)?.['status'] === 'ok') {
    note(pass('signer', `it answers at ${url}`));
    return true;
  }
  if (problem?.code === 'misconfigured')
    note(fail('settings', problem.detail, 'set it, and deploy again'));
  else if (health === undefined) note(fail('signer', `nothing answers at ${url}`, 'check --url'));
  else {
    const detail = `something that is not a signer answers ${health.status} at ${url}`;
    note(fail('signer', detail, 'check the path in --url, and in the endpoint of your pages'));
  }
  return false;
}

function notePolicy(
  answer: TextAnswer | undefined,
  origin: string | undefined,
  note: Note,
): Policy | undefined {
  const problem = problemOf(answer);
  if (answer?.ok === true) {
    const allowed = answer.headers.get('access-control-allow-origin');
    if (origin === undefined || allowed === origin || allowed === '*') {
      note(pass('caller', `${origin ?? 'the caller'} gets the policy`));
      return fieldsOf(answer) as unknown as Policy;
    }
    note(
      fail(
        'ALLOWED_ORIGINS',
        `a page of ${origin} cannot read the answer`,
        'check for a proxy that removes headers',
      ),
    );
  } else if (problem?.code === 'forbidden' && origin !== undefined) {
    note(fail('ALLOWED_ORIGINS', `it does not allow ${origin}`, `add ${origin}`));
  } else if (problem?.code === 'unauthenticated') {
    const reason = /error_description="([^"]*)"/.exec(
      answer?.headers.get('www-authenticate') ?? '',
    )?.[1];
    note(
      fail(
        'caller',
        reason === undefined ? 'no token was sent' : `${problem.detail} (${reason})`,
        `set ${TOKEN_VARIABLE} to a token that is valid now`,
      ),
    );
  } else if (problem) note(fail(problem.code, problem.detail, 'see the log of the Worker'));
  else
    note(fail('signer', `the policy is answered ${answer?.status ?? 'by nobody'}`, 'check --url'));
  return undefined;
}

/** Creates a small upload as the page would, sends it, and cancels it. */
async function checkUpload(
  url: string,
  policy: Policy,
  origin: string,
  headers: Record<string, string>,
  note: Note,
): Promise<void> {
  const id = uuidv7();
  const file = fileFor(policy, id);
  const created = await request(url + PATHS.uploads, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ files: [file] }),
  });
  const [slot] = (fieldsOf(created) as CreateAnswer | undefined)?.uploads ?? [];
  if (slot === undefined || isRefused(slot)) {
    const problem = slot?.problem ?? problemOf(created);
    note(refusalOf(problem));
    return;
  }
  const [signed] = slot.requests as readonly SignedRequest[];
  if (signed?.method === 'PUT') {
    const isWhole = file.bytes === PART.length;
    note(findingOf(await checkSignedPart(signed, origin, isWhole)));
  } else note(pass('Create', 'the Worker signs a form'));
  const anonymous = created?.headers.get('anonymous-token');
  const removed = await request(url + PATHS.upload(id), {
    method: 'DELETE',
    headers: {
      ...headers,
      'upload-token': slot.token,
      ...(anonymous !== null && anonymous !== undefined && { 'anonymous-token': anonymous }),
    },
  });
  note(
    removed?.status === 204
      ? pass('clean-up', 'the upload is cancelled')
      : fail(
          'clean-up',
          `cancelling is answered ${removed?.status ?? 'by nobody'}`,
          'allow the keys s3:AbortMultipartUpload',
        ),
  );
}

/** A rule of the app may refuse this file and take others; anything else would refuse all of them. */
function refusalOf(problem: Problem | undefined): Finding {
  const detail = problem?.detail ?? 'it is not answered';
  const isRule = problem !== undefined && problem.status < 500;
  return isRule
    ? warn('Create', `a small file is refused: ${detail}`, 'upload a file that your rules allow')
    : fail('Create', detail, 'see the log of the Worker');
}

function problemOf(answer: TextAnswer | undefined): Problem | undefined {
  const fields = answer?.ok === true ? undefined : fieldsOf(answer);
  return fields && 'code' in fields && 'detail' in fields
    ? (fields as unknown as Problem)
    : undefined;
}

function fieldsOf(answer: TextAnswer | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(answer?.text ?? '');
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
