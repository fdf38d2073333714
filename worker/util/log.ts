/** Writes one JSON line per event. Secrets never get in: no token, no URL, no body. */

/** Values of a log line. An error appears as its class and code, never as its message. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** For what is lost, or will be lost unless somebody acts. */
  error(event: string, fields?: LogFields): void;
}

/** Receives log lines; `console.log` by default, which Workers Logs and `wrangler tail` read. */
export type LogSink = (line: string) => void;

export function createLog(sink: LogSink = consoleSink): Log {
  const write = (level: string, event: string, fields: LogFields = {}) =>
    sink(JSON.stringify({ level, event, ...fields }, (_, value: unknown) => nameOf(value)));
  return {
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  };
}

/** Messages may quote URLs and tokens (hono/jwt's do), so they are left out. */
function nameOf(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code = 'code' in value && typeof value.code === 'string' ? `:${value.code}` : '';
  return value.name + code;
}

function consoleSink(line: string): void {
  // oxlint-disable-next-line no-console
  console.log(line);
}
