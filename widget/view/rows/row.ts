import { html, nothing, type TemplateResult } from 'lit';
import type { UploadErrorCode, UploadSnapshot, UploadStatus } from '../../core/index.ts';
import type { WaitReason } from '../../core/types.ts';
import type { MessageId } from '../../i18n/en.ts';
import type { Localizer } from '../../i18n/localizer.ts';
import { durationText, progressText, rateText } from '../../i18n/transfer-texts.ts';
import { reasonOf } from '../../i18n/reason.ts';
import { icon } from './icons.ts';
import type { View } from '../view.ts';
import { action } from './action.ts';
import { bar } from './bar.ts';
import type { RowEditing } from './edit/fields.ts';
import { folderOf, nameView, shownName } from './name.ts';
import { tile } from './thumbs/thumbs.ts';
import { figures, status as words } from '../words.ts';

/** What an upload's row offers, apart from Remove or Cancel. */
type MainAction = 'pause' | 'resume' | 'retry' | 'download';

const MAIN_ACTIONS: Readonly<Record<UploadStatus, MainAction | undefined>> = {
  checking: 'pause',
  queued: 'pause',
  transforming: 'pause',
  hashing: 'pause',
  uploading: 'pause',
  waiting: 'pause',
  paused: 'resume',
  completing: undefined,
  failed: 'retry',
  done: 'download',
  cancelled: undefined,
};

/** What a row says that waits. */
const WAITING: Readonly<Record<WaitReason, MessageId>> = {
  online: 'offline',
  store: 'waiting',
  signer: 'waiting',
  file: 'disk',
  line: 'stalled',
  network: 'blocked',
};

/** True if pausing the upload has an effect. */
export function isPausable({ status }: UploadSnapshot): boolean {
  return MAIN_ACTIONS[status] === 'pause';
}

/** Nothing more will happen to the upload by itself, or by pausing. */
const ENDED: ReadonlySet<UploadStatus> = new Set<UploadStatus>(['done', 'failed', 'cancelled']);

/** Errors after which the file has to be chosen again. */
const FILE_ERRORS: ReadonlySet<UploadErrorCode> = new Set<UploadErrorCode>([
  'file_changed',
  'file_unreadable',
  'file_not_allowed',
]);

/** The content of one file's row. Nothing moves, or can be paused, before it was started (`isHeld`). */
export function row(
  upload: UploadSnapshot,
  view: View,
  picture: HTMLCanvasElement | undefined,
  isHeld: boolean,
  editing?: RowEditing,
): TemplateResult {
  const { id, name, path, status, bytes, loaded, sent, step } = upload;
  const { localizer, isMany } = view;
  const isEnded = ENDED.has(status);
  const size = bytes || 1;
  const label = labelOf(upload);
  const progress =
    loaded > 0 || status !== 'uploading'
      ? progressText(localizer, loaded, bytes)
      : localizer.text('sending');
  const isStill = isEnded || (isHeld && status === 'queued');
  return html`<div part="picture" class="picture" aria-hidden="true">
      <span part="thumb" class="thumb">${picture ?? tile(name)}</span>${
        status === 'done' ? html`<span part="badge" class="badge">${icon('check')}</span>` : nothing
      }
    </div>
    <div part="body" class="body" role="gridcell">
      ${nameView(name, path)}
      ${status === 'done' ? html`<span class="sr">${localizer.text('done')}</span>` : nothing}
      <div part="meta" class="meta">
        ${editing?.isMissing ? words(localizer.text('needsDetails'), localizer) : meta(upload, view, progress)}
      </div>
      ${
        // Before anything is sent, progress is unknown and not 0 %.
        isStill
          ? nothing
          : step
            ? bar(
                label,
                step.fraction ?? 0,
                0,
                step.fraction ? stepText(upload, localizer) : undefined,
                localizer,
              )
            : bar(label, loaded / size, sent / size, sent > 0 ? progress : undefined, localizer)
      }
    </div>
    <div part="actions" class="actions" role="gridcell">
      <slot name=${isMany ? `row-actions-${id}` : 'row-actions'}></slot
      >${editing && action(view, 'edit', 'pen', label)}${actions(upload, view, isEnded, isStill)}
    </div>
    ${
      editing?.form
        ? html`<div class="edit-cell" role="gridcell">
            ${editing.form(upload, editing, localizer)}
          </div>`
        : nothing
    }`;
}

/** The second line: the status first, then the figures. */
function meta(upload: UploadSnapshot, { localizer }: View, progress: string): unknown[] {
  const { status, bytes, loaded, error, waitingFor, file } = upload;
  const { bytesPerSecond, secondsLeft } = upload;
  const notice = noticeOf(upload, localizer);
  const noticed = notice && words(notice, localizer);
  if (status === 'uploading') {
    const time = secondsLeft === undefined ? '' : durationText(localizer, secondsLeft);
    const isFirst = loaded === 0;
    return [
      words(progress, localizer, !isFirst),
      noticed,
      isFirst && figures(localizer.bytes(bytes), localizer),
      // Until the first part is stored nothing else moves, so it is shown in narrow rows too.
      bytesPerSecond &&
        figures(rateText(localizer, bytesPerSecond), localizer, isFirst ? '' : 'rate'),
      time && figures(localizer.text('left', { time }), localizer),
    ].filter(Boolean);
  }
  if (status === 'failed')
    return [words(error ? reasonOf(error, localizer) : localizer.text(status), localizer)];
  if (status === 'transforming') return [words(stepText(upload, localizer), localizer)];
  const id = waitingFor ? WAITING[waitingFor] : status;
  const isPartial = loaded > 0 && status !== 'done';
  return [
    status !== 'done' && words(localizer.text(id), localizer),
    noticed,
    // A page may know only the id of an upload that was finished earlier.
    (bytes > 0 || file) && figures(isPartial ? progress : localizer.bytes(bytes), localizer),
  ].filter(Boolean);
}

/** What the user should know of an upload that goes on. */
function noticeOf(upload: UploadSnapshot, localizer: Localizer): string {
  const { status, wontArriveBy, restarts } = upload;
  if (ENDED.has(status)) return '';
  if (wontArriveBy !== undefined) {
    const seconds = wontArriveBy - Date.now() / 1000;
    if (seconds > 0) return localizer.text('tooSlow', { time: durationText(localizer, seconds) });
  }
  return restarts > 0 ? localizer.text('restarted') : '';
}

/** What is done with the file before it is sent. */
function stepText({ step }: UploadSnapshot, localizer: Localizer): string {
  return step?.text ?? localizer.text('transforming');
}

/** What tells the file from others of the same name. */
function labelOf({ name, path }: UploadSnapshot): string {
  return shownName(folderOf(path) + name);
}

function actions(
  upload: UploadSnapshot,
  view: View,
  isEnded: boolean,
  isStill: boolean,
): unknown[] {
  const { status, undoUntilMs } = upload;
  const label = labelOf(upload);
  if (undoUntilMs !== undefined) return [action(view, 'undo', 'retry', label, 'undo')];
  const moves = view.canReorder
    ? [action(view, 'raise', 'raise', label), action(view, 'lower', 'lower', label)]
    : [];
  const kind = isStill && !isEnded ? undefined : MAIN_ACTIONS[status];
  const end = action(view, isEnded ? 'remove' : 'cancel', 'cross', label);
  return [...moves, mainAction(kind, upload, view), end].filter(Boolean);
}

function mainAction(
  kind: MainAction | undefined,
  upload: UploadSnapshot,
  view: View,
): TemplateResult | undefined {
  const { error } = upload;
  const shown = labelOf(upload);
  switch (kind) {
    case 'pause':
      return action(view, 'pause', 'pause', shown);
    case 'resume':
      return action(view, 'resume', 'play', shown);
    case 'retry':
      if (error && FILE_ERRORS.has(error.code))
        return action(view, 'again', 'retry', shown, 'again');
      if (error?.retryable === false) return undefined;
      return action(view, 'retry', 'retry', shown, 'retry');
    case 'download':
      return view.canDownload ? action(view, 'download', 'down', shown) : undefined;
    case undefined:
      return undefined;
  }
}
