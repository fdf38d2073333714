import { html, nothing, type TemplateResult } from 'lit';
import type { UploadSnapshot } from '../core/types.ts';
import { reasonOf } from '../i18n/reason.ts';
import { action } from './action.ts';
import { bar } from './bar.ts';
import { icon } from './icons.ts';
import { extensionOf, nameView } from './name.ts';
import type { View } from './view.ts';

/** One file. `position` is set where not all rows are in the document. */
export function row(
  upload: UploadSnapshot,
  view: View,
  position?: { index: number; count: number },
): TemplateResult {
  const { id, name, status } = upload;
  return html`<div
    role="listitem"
    part="row row-${status}"
    class="row row-${status}"
    data-id=${id}
    aria-posinset=${position ? position.index + 1 : nothing}
    aria-setsize=${position ? position.count : nothing}
  >
    ${tile(upload, view)}
    <div class="body">
      ${nameView(name)}
      <div part="meta" class="meta">${meta(upload, view)}</div>
      ${hasBar(upload) ? progress(upload, view) : nothing}
    </div>
    <div part="actions" class="actions">
      <slot name=${view.isMany ? `row-actions-${id}` : 'row-actions'}></slot
      >${actions(upload, view)}
    </div>
  </div>`;
}

function hasBar({ status }: UploadSnapshot): boolean {
  return status !== 'done' && status !== 'failed' && status !== 'cancelled';
}

function tile({ name, status, file }: UploadSnapshot, view: View): TemplateResult {
  const badge = html`<span
    class="badge"
    part="badge"
    role="img"
    aria-label=${view.localizer.text('done')}
    >${icon('check')}</span
  >`;
  return html`<span part="thumb" class="thumb"
    >${view.thumbs.of(file) ?? html`<span aria-hidden="true">${extensionOf(name).slice(0, 4)}</span>`}${
      status === 'done' ? badge : nothing
    }</span
  >`;
}

/** First how it stands, then the numbers. */
function meta(upload: UploadSnapshot, { localizer }: View): TemplateResult {
  const { bytes, loaded, status, bytesPerSecond, secondsLeft } = upload;
  const progress = localizer.progress(loaded, bytes);
  if (status === 'uploading') {
    const rate = bytesPerSecond ? localizer.rate(bytesPerSecond) : undefined;
    const left = secondsLeft === undefined ? undefined : localizer.duration(secondsLeft);
    return html`<span part="status" class="status">${progress}</span>${
        rate ? html`<span class="rate">${rate}</span>` : nothing
      }${left ? html`<span>${localizer.text('left', { time: left })}</span>` : nothing}`;
  }
  const says = statusText(upload, { localizer });
  const size =
    status === 'failed'
      ? nothing
      : loaded > 0 && status !== 'done'
        ? progress
        : localizer.bytes(bytes);
  return html`${says ? html`<span part="status" class="status">${says}</span>` : nothing}${
    size === nothing ? nothing : html`<span>${size}</span>`
  }`;
}

function statusText(
  { status, waitingFor, error }: UploadSnapshot,
  { localizer }: Pick<View, 'localizer'>,
): string | undefined {
  switch (status) {
    case 'done':
    case 'uploading':
      return undefined;
    case 'failed':
      return error ? reasonOf(error, localizer) : localizer.text('failed');
    case 'waiting':
      return localizer.text(WAITING[waitingFor ?? 'nothing']);
    default:
      return localizer.text(status);
  }
}

const WAITING = {
  online: 'offline',
  store: 'waitingStore',
  signer: 'waitingSigner',
  nothing: 'waiting',
} as const;

function progress(upload: UploadSnapshot, { localizer }: View): TemplateResult {
  const { name, loaded, sent, bytes } = upload;
  return bar({
    label: name,
    loaded,
    sent,
    bytes,
    // How far a file is that nothing has been sent of is not 0 %, it is not known.
    ...(sent > 0 && {
      text: localizer.text('valueText', {
        percent: localizer.percent(loaded / Math.max(1, bytes)),
        progress: localizer.progress(loaded, bytes),
      }),
    }),
  });
}

function actions({ name, status, error }: UploadSnapshot, view: View): TemplateResult {
  const canPause = ['queued', 'hashing', 'uploading', 'waiting'].includes(status);
  const isChosenAgain = error?.code === 'file_changed' || error?.code === 'file_unreadable';
  const isOver = status === 'done' || status === 'failed' || status === 'cancelled';
  return html`${canPause ? action('pause', { icon: 'pause', name }, view) : nothing}
  ${status === 'paused' ? action('resume', { icon: 'play', name }, view) : nothing}
  ${
    status === 'failed' && isChosenAgain
      ? action('again', { icon: 'retry', name, isText: true }, view)
      : status === 'failed' && error?.retryable !== false
        ? action('retry', { icon: 'retry', name, isText: true }, view)
        : nothing
  }
  ${status === 'done' && view.canDownload ? action('download', { icon: 'down', name }, view) : nothing}
  ${action(isOver ? 'remove' : 'cancel', { icon: 'cross', name }, view)}`;
}
