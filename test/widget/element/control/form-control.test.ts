import { LitElement } from 'lit';
import type { Totals, UploadSnapshot } from '../../../../widget/core/index.ts';
import { FormControl } from '../../../../widget/control/form/form-control.ts';
import { judgeUploads } from '../../../../widget/control/form/validity.ts';
import { equal } from '../assert.ts';
import { snapshot } from '../fake-uploader.ts';
import { mount, unmountAll } from './mount.ts';

const NONE: Totals = {
  files: 0,
  done: 0,
  failed: 0,
  paused: 0,
  active: 0,
  bytes: 0,
  loaded: 0,
  sent: 0,
  pending: 0,
};

class Host extends LitElement {
  static readonly formAssociated = true;
  readonly name = 'files';
  readonly valueFormat = 'id';
  required = false;
  readonly minFiles = undefined;
  readonly isWaitingForStart = false;
  uploads: readonly UploadSnapshot[] = [];
  totals = NONE;
  readonly internals = this.attachInternals();
  readonly control = new FormControl(this, this.internals, {
    anchor: () => undefined,
    text: (id, { n }) => `${id} ${n}`,
  });

  show(changes: Partial<Totals>, ...uploads: Partial<UploadSnapshot>[]): void {
    this.totals = { ...NONE, files: uploads.length, ...changes };
    this.uploads = uploads.map((upload) => snapshot(upload));
  }
}

async function inForm(): Promise<{ host: Host; form: HTMLFormElement; heard: string[] }> {
  const form = document.createElement('form');
  document.body.append(form);
  const host = await mount(class extends Host {}, form);
  const heard: string[] = [];
  for (const type of ['input', 'change']) host.addEventListener(type, () => heard.push(type));
  return { host, form, heard };
}

function entriesOf(form: HTMLFormElement): FormDataEntryValue[] {
  return new FormData(form).getAll('files');
}

describe('a form control, on a host of its own', () => {
  afterEach(() => {
    unmountAll();
    for (const form of document.querySelectorAll('form')) form.remove();
  });

  it('gives the form one entry for each finished upload, before the next drawing', async () => {
    const { host, form } = await inForm();
    host.show(
      { done: 1, active: 1 },
      { id: 'a', status: 'done' },
      { id: 'b', status: 'uploading' },
    );
    host.control.sync('user');
    equal(entriesOf(form), ['a']);
  });

  it('dispatches input for each value of the user’s, and change once nothing is active', async () => {
    const { host, heard } = await inForm();
    host.show({ done: 1, active: 1 }, { id: 'a', status: 'done' }, { status: 'uploading' });
    host.control.sync('user');
    equal(heard, ['input']);
    host.show({ done: 1 }, { id: 'a', status: 'done' });
    host.control.sync('user');
    equal(heard, ['input', 'change']);
  });

  it('dispatches nothing for a value of the page’s', async () => {
    const { host, form, heard } = await inForm();
    host.show({ done: 1 }, { id: 'a', status: 'done' });
    host.control.sync('page');
    host.control.sync('user');
    equal([entriesOf(form), heard], [['a'], []]);
  });

  it('rebuilds entries of as many uploads only when it is told to', async () => {
    const { host, form } = await inForm();
    host.show({ done: 1 }, { id: 'a', status: 'done' });
    host.control.sync('page');
    host.show({ done: 1 }, { id: 'b', status: 'done' });
    host.control.sync('page');
    equal(entriesOf(form), ['a']);
    host.control.invalidateValue();
    host.control.sync('page');
    equal(entriesOf(form), ['b']);
  });

  it('is user-invalid from the first attempt to submit until it is valid', async () => {
    const { host, form } = await inForm();
    host.required = true;
    // So that the browser has somewhere to put the focus.
    host.tabIndex = 0;
    host.control.sync('page');
    equal([host.internals.validationMessage, host.control.isUserInvalid], ['required 1', false]);
    form.requestSubmit();
    equal(host.control.isUserInvalid, true);
    host.show({ done: 1 }, { id: 'a', status: 'done' });
    host.control.sync('user');
    equal([host.internals.validity.valid, host.control.isUserInvalid], [true, false]);
  });

  it('prefers the page’s own message to its own', async () => {
    const { host } = await inForm();
    host.required = true;
    host.control.setCustomValidity('Not today.');
    equal(host.internals.validationMessage, 'Not today.');
    host.control.setCustomValidity('');
    equal(host.internals.validationMessage, 'required 1');
  });
});

describe('the validity of uploads', () => {
  const input = { totals: NONE, required: false, minFiles: undefined, isWaitingForStart: false };

  for (const [what, changes, reason, flag] of [
    ['nothing required', {}, undefined, undefined],
    ['an active upload', { totals: { ...NONE, active: 1 } }, 'busy', 'customError'],
    [
      'uploads that wait for start()',
      { totals: { ...NONE, active: 1 }, isWaitingForStart: true },
      'held',
      'customError',
    ],
    ['a paused upload', { totals: { ...NONE, paused: 1 } }, 'unfinished', 'customError'],
    ['a failed upload', { totals: { ...NONE, failed: 1 } }, 'unfinished', 'customError'],
    ['a missing file', { required: true }, 'required', 'valueMissing'],
    ['too few files', { minFiles: 2, totals: { ...NONE, done: 1 } }, 'required', 'rangeUnderflow'],
    ['enough files', { minFiles: 2, totals: { ...NONE, done: 2 } }, undefined, undefined],
  ] as const) {
    it(`with ${what} is ${reason ?? 'fine'}`, () => {
      const verdict = judgeUploads({ ...input, ...changes });
      equal([verdict.reason, Object.keys(verdict.flags)[0]], [reason, flag]);
    });
  }
});
