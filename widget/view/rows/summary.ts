import { html, nothing, type TemplateResult } from 'lit';
import type { Totals } from '../../core/index.ts';
import { action } from './action.ts';
import { bar } from './bar.ts';
import type { Localizer } from '../../i18n/localizer.ts';
import { durationText, progressText, rateText } from '../../i18n/transfer-texts.ts';
import type { View } from '../view.ts';
import { figures } from '../words.ts';

/** What the summary depends on besides the totals. */
export interface SummaryState {
  readonly isWaitingForStart: boolean;
  /** Bytes are being sent. */
  readonly isMoving: boolean;
  /** No bytes are being sent, although something waits. */
  readonly isWaiting: boolean;
  /** There is an upload that can be paused. */
  readonly canPause: boolean;
  /** Finished rows may be removed. Not in a form, because they are the control's value. */
  readonly canClear: boolean;
}

/** All files together, and the actions for all of them. */
export function summary(
  totals: Totals,
  { isWaitingForStart, isMoving, isWaiting, canPause, canClear }: SummaryState,
  view: View,
): TemplateResult {
  const { localizer } = view;
  const { files, done, failed, active, paused, bytes, loaded, sent } = totals;
  const { bytesPerSecond, secondsLeft } = totals;
  const size = bytes || 1;
  const uploaded = localizer.text('uploaded', { n: files, done });
  const isOver = active + paused === 0;
  const isFirst = isMoving && loaded === 0;
  return html`<div
    part="summary"
    class="summary ${active === 0 ? 'idle' : isWaiting ? 'waiting' : ''}"
  >
    <span part="total" class="total"
      >${headline(uploaded, localizer)}${[
        failed > 0 && figure(localizer.text('failedCount', { n: failed }), localizer),
        isFirst && figure(localizer.text('sending'), localizer),
        figure(
          isOver || isFirst ? localizer.bytes(bytes) : progressText(localizer, loaded, bytes),
          localizer,
        ),
        bytesPerSecond &&
          figure(rateText(localizer, bytesPerSecond), localizer, isFirst ? '' : 'rate'),
        secondsLeft !== undefined &&
          figure(localizer.text('left', { time: durationText(localizer, secondsLeft) }), localizer),
      ].filter(Boolean)}</span
    >
    <span class="actions"
      >${failed > 1 ? action(view, 'retry', 'retry', undefined, 'retryAll') : nothing}${
        isWaitingForStart
          ? action(view, 'start', 'up', undefined, 'start')
          : canPause
            ? action(view, 'pause', 'pause', undefined, 'pauseAll')
            : paused > 0
              ? action(view, 'resume', 'play', undefined, 'resumeAll')
              : nothing
      }${active + paused > 1 ? action(view, 'cancel', 'cross', undefined, 'cancelAll') : nothing}${
        done > 0 && canClear ? action(view, 'clear', 'check', undefined, 'clear') : nothing
      }</span
    >
    ${isOver ? nothing : bar(localizer.text('total'), loaded / size, sent / size, uploaded, localizer)}
  </div>`;
}

/** What a line of figures is about. Set as a whole, for browsers that translate the page. */
export function headline(text: string, { foreign }: Localizer): TemplateResult {
  return html`<b
    ><span lang=${foreign ?? nothing} dir=${foreign ? 'ltr' : nothing} .textContent=${text}></span
  ></b>`;
}

/** One of the figures, with the dot before it; both go to the next line together. */
export function figure(text: string, localizer: Localizer, name = ''): TemplateResult {
  return html`<span class=${name}
    ><span class="dot" aria-hidden="true"> · </span>${figures(text, localizer)}</span
  >`;
}
