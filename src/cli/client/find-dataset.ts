import { CommandError, exitCodes } from '../errors.ts';
import type { Connection } from './connect.ts';

export interface DatasetRow {
  id: string;
  name: string;
  project_id: string;
  [field: string]: unknown;
}

/** A dataset by id, or by `name` where only one visible dataset has it, or by `project/name`. */
export async function findDataset(connection: Connection, text: string): Promise<DatasetRow> {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(text)) return connection.json<DatasetRow>('GET', `/api/v1/dataset/${text}`);
  const [name, project] = text.split('/').reverse();
  const query: Record<string, string> = { name: name ?? text };
  if (project !== undefined) query.project_id = await projectId(connection, project);
  const list = await connection.json<{ objects: DatasetRow[] }>('GET', '/api/v1/dataset', { query });
  const [only, another] = list.objects;
  if (only === undefined) throw new CommandError(`no dataset '${text}'`, exitCodes.notFound);
  if (another !== undefined)
    throw new CommandError(`several datasets are called '${text}': say project/name`, exitCodes.usage);
  return only;
}

/** A project by id or slug. */
export async function projectId(connection: Connection, text: string): Promise<string> {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(text)) return text;
  const list = await connection.json<{ objects: { id: string }[] }>('GET', '/api/v1/project', {
    query: { slug: text },
  });
  const [found] = list.objects;
  if (found === undefined) throw new CommandError(`no project '${text}'`, exitCodes.notFound);
  return found.id;
}
