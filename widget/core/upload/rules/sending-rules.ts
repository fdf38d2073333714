/** In which phases the events of sending can happen to an upload. Pure data. */
import type { SendingEvent } from './events.ts';
import { BEFORE_END, BEFORE_SENDING, WORKING, type Rule } from './page-rules.ts';

/** Every transition by an event of sending. */
export const SENDING_RULES: { readonly [type in SendingEvent['type']]: Rule } = {
  admit: { from: ['checking', 'paused'] },
  hold: { from: ['queued'], to: 'added' },
  open: { from: ['queued'], to: 'claiming' },
  transform: { from: ['claiming', 'transforming'], standings: ['unregistered', 'unconfirmed'] },
  transformed: { from: ['transforming'], to: 'claiming' },
  create: { from: ['claiming'], to: 'creating', standings: ['requested', 'agreed'] },
  reconcile: { from: ['claiming'], to: 'reconciling', standings: ['unconfirmed'] },
  hash: { from: BEFORE_SENDING, to: 'hashing', standings: ['agreed'] },
  send: { from: ['hashing'], to: 'sending', standings: ['agreed'] },
  complete: { from: ['hashing', 'sending'], to: 'completing', standings: ['agreed'] },
  restart: { from: WORKING, to: 'claiming' },
  // Before it is sent: an earlier visit, or a call whose answer was lost, had completed it. After it
  // was cancelled: the Worker had completed it by then.
  done: {
    from: [...BEFORE_SENDING, 'completing', 'withdrawing', 'cancelled'],
    standings: ['agreed'],
  },
  expect: { from: BEFORE_END, standings: ['unregistered', 'unconfirmed'] },
  prepare: { from: WORKING, standings: ['unregistered'] },
  recognise: { from: BEFORE_END, standings: ['unregistered', 'unconfirmed'] },
  request: { from: WORKING, standings: ['unregistered'] },
  // The answer to a Create may arrive during a pause, or after the upload was cancelled.
  refuse: { standings: ['requested'] },
  agree: { standings: ['requested', 'unconfirmed'] },
  extend: { standings: ['agreed'] },
  doubt: { from: WORKING, standings: ['agreed'] },
  forget: { from: BEFORE_END },
  renew: { from: BEFORE_END },
  relay: { from: BEFORE_END },
  hang: {},
  revive: {},
  read: {},
};
