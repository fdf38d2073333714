/** Writes one JSON line per event. Secrets never get in: no token, no URL's query, no body. */
import { redact } from './redact.ts';

/** Values of a log line. An error appears as its class and code, never as its message. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** For what is lost, or will be lost unless somebody acts. */
  error(event: string, fields?: LogFields): void;
}

/** What the platform's log filters by. */
export type LogLevel = keyof Log;

/**
 * Receives log lines. By default they go to the method of `console` that is named like their level,
 * because Workers Logs and `wrangler tail` take the level from it.
 */
export type LogSink = (line: string, level: LogLevel) => void;

export function createLog(sink: LogSink = consoleSink): Log {
  const write = (level: LogLevel, event: string, fields: LogFields = {}) =>
    sink(
      JSON.stringify({ level, event, ...fields }, (_, value: unknown) => nameOf(value)),
      level,
    );
  return {
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  };
}

/** The same log, with these fields in front of those of each line. */
export function boundTo(log: Log, fields: LogFields): Log {
  const bind =
    (level: LogLevel) =>
    (event: string, more: LogFields = {}) =>
      log[level](event, { ...fields, ...more });
  return { info: bind('info'), warn: bind('warn'), error: bind('error') };
}

/**
 * Fields that say what an unexpected error is, and where it was thrown. Use them only for errors of
 * our own code and of hooks: messages of other errors may quote what somebody sent.
 */
export function defectOf(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: redact(String(error)) };
  return { error, message: redact(error.message), stack: redact(error.stack ?? '') };
}

/** Messages may quote URLs and tokens (hono/jwt's do), so they are left out. */
function nameOf(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code = 'code' in value && typeof value.code === 'string' ? `:${value.code}` : '';
  return value.name + code;
}

function consoleSink(line: string, level: LogLevel): void {
  // oxlint-disable-next-line no-console
  console[level](line);
}
