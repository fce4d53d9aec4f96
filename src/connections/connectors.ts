import type { Connector } from './connector.ts';
import { mariadb, mysql } from './databases/mysql.ts';
import { postgres } from './databases/postgres.ts';
import { connectorNotInstalled, unknownConnector } from './errors.ts';
import { httpJson } from './http/http-json.ts';
import { odkCentral } from './odk/odk-central.ts';

/** Every connector there is, one list. Each is asked only with what its own schemas let through. */
const connectors = [httpJson, postgres, mysql, mariadb, odkCentral] as Connector<never, never>[];

/** Named by the contract, and not part of this version. */
const notInstalled = ['sqlite', 'mssql', 'oracle', 'mongodb', 'clickhouse', 's3', 'kobo', 'redcap'];

/** Throws `connector_not_installed` (501) or `unknown_connector`. */
export function connectorOf(type: string): Connector<never, never> {
  const found = connectors.find((connector) => connector.type === type);
  if (found !== undefined) return found;
  if (notInstalled.includes(type)) throw connectorNotInstalled(type);
  throw unknownConnector(
    type,
    connectors.map((connector) => connector.type),
  );
}
