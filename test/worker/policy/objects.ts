/** Durable Objects in this process, each with a database of its own. */
import { DatabaseSync } from 'node:sqlite';
import {
  durableReservations,
  OwnerLimits,
  type LimitsNamespace,
} from '../../../worker/policy/owner-limits.ts';

/** Reservations in them, and what they were asked. */
export function objects() {
  const databases = new Map<string, DatabaseSync>();
  const requests: string[] = [];
  const namespace: LimitsNamespace & { restart(): void; fail?: Response | Error } = {
    idFromName: (name) => name,
    get: (id: string) => ({
      async fetch(url, init) {
        requests.push(`${init.method} ${url} ${(JSON.parse(init.body) as { kind: string }).kind}`);
        if (namespace.fail instanceof Error) throw namespace.fail;
        if (namespace.fail) return namespace.fail;
        const found = instances.get(id) ?? new OwnerLimits(stateOf(id));
        instances.set(id, found);
        return found.fetch(new Request(url, init));
      },
    }),
    restart: () => instances.clear(),
  };
  const instances = new Map<string, OwnerLimits>();
  const stateOf = (id: string) => {
    const database = databases.get(id) ?? new DatabaseSync(':memory:');
    databases.set(id, database);
    return {
      storage: {
        sql: {
          exec: (query: string, ...values: (string | number)[]) =>
            database.prepare(query).all(...values),
        },
      },
    };
  };
  return { namespace, requests, reservations: durableReservations(namespace) };
}
