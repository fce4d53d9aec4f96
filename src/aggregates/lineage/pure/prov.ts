/** What `traceCell` tells, as far as provenance needs it. */
export interface Traced {
  cell: object;
  id?: unknown;
  value: number | string | null;
  kind: string;
  flags: string[];
  lineage: string;
  inputs?: Traced[];
  role?: string;
  [more: string]: unknown;
}

interface Source {
  document_id?: number | null;
  doc_title?: string | null;
  sha256?: string | null;
  row?: number | null;
  column?: string | null;
  raw?: string | null;
  /** Of a sum: each cell it is made of. */
  rows?: Partial<Record<'row' | 'column' | 'raw', string | number>>[];
  uploaded_by?: number | null;
  run?: string | null;
  at?: string;
}

interface Entry {
  entered_by: number | null;
  username: string | null;
  at: string;
  note: string | null;
}

type Members = Record<string, Record<string, unknown>>;

/** The same lineage as PROV-JSON (W3C Member Submission, 24 April 2013); `origin` is the server's address. */
export function provOf(traced: Traced, origin: string): object {
  const graph = {
    entity: {} as Members,
    activity: {} as Members,
    agent: {} as Members,
    wasGeneratedBy: {} as Members,
    used: {} as Members,
    wasDerivedFrom: {} as Members,
    wasAttributedTo: {} as Members,
    wasAssociatedWith: {} as Members,
  };
  let relations = 0;
  const relate = (kind: keyof typeof graph, members: Record<string, unknown>) => {
    relations += 1;
    graph[kind][`_:r${relations}`] = members;
  };
  const person = (number: number, username?: string | null) => {
    const id = `granary:user/${number}`;
    graph.agent[id] ??= { 'prov:type': name('prov:Person'), ...label(username) };
    return id;
  };

  const add = (one: Traced): string => {
    const entity = `granary:${one.lineage.replace('/api/v1/', '')}`;
    if (graph.entity[entity] !== undefined && one.inputs === undefined && one.source === undefined) return entity;
    graph.entity[entity] = {
      'prov:type': name('granary:value'),
      'granary:kind': one.kind,
      ...Object.fromEntries(Object.entries(one.cell).map(([key, value]) => [`granary:${key}`, value])),
      ...(one.value === null
        ? {}
        : { 'prov:value': { $: String(one.value), type: typeof one.value === 'string' ? 'xsd:date' : 'xsd:decimal' } }),
      ...(one.flags.length === 0 ? {} : { 'granary:flags': one.flags }),
    };
    if (one.source !== undefined) addSource(entity, one.source as Source);
    if (one.entry !== undefined) addEntry(entity, one.entry as Entry);
    if (one.inputs !== undefined) addInputs(entity, one);
    return entity;
  };

  const addSource = (entity: string, source: Source) => {
    if (source.sha256 != null || source.document_id != null) {
      const file = source.sha256 == null ? `granary:source_doc/${source.document_id}` : `granary:file/${source.sha256}`;
      graph.entity[file] ??= {
        'prov:type': name('granary:file'),
        ...label(source.doc_title),
        ...(source.sha256 == null ? {} : { 'granary:sha256': source.sha256 }),
        ...(source.document_id == null ? {} : { 'granary:document_id': source.document_id }),
      };
      for (const from of source.rows ?? [source]) {
        const cell = Object.fromEntries(
          (['row', 'column', 'raw'] as const)
            .filter((key) => from[key] != null)
            .map((key) => [`granary:${key}`, from[key]]),
        );
        relate('wasDerivedFrom', { 'prov:generatedEntity': entity, 'prov:usedEntity': file, ...cell });
      }
      if (source.uploaded_by != null)
        relate('wasAttributedTo', { 'prov:entity': file, 'prov:agent': person(source.uploaded_by) });
    }
    if (source.run == null) return;
    const run = `granary:run/${source.run}`;
    graph.activity[run] ??= { 'prov:type': name('granary:run') };
    relate('wasGeneratedBy', { 'prov:entity': entity, 'prov:activity': run, ...time(source.at) });
  };

  const addEntry = (entity: string, entry: Entry) => {
    const activity = `${entity}#entry`;
    graph.activity[activity] = {
      'prov:type': name('granary:entry'),
      'prov:startTime': entry.at,
      'prov:endTime': entry.at,
      ...(entry.note === null ? {} : { 'granary:note': entry.note }),
    };
    relate('wasGeneratedBy', { 'prov:entity': entity, 'prov:activity': activity, ...time(entry.at) });
    if (entry.entered_by === null) return;
    const agent = person(entry.entered_by, entry.username);
    relate('wasAssociatedWith', { 'prov:activity': activity, 'prov:agent': agent });
    relate('wasAttributedTo', { 'prov:entity': entity, 'prov:agent': agent });
  };

  const addInputs = (entity: string, one: Traced) => {
    const activity = `${entity}#${one.kind}`;
    graph.activity[activity] = {
      'prov:type': name(`granary:${one.kind}`),
      ...Object.fromEntries(
        ['formula', 'operator', 'definition_version']
          .filter((key) => one[key] != null)
          .map((key) => [`granary:${key}`, one[key]]),
      ),
    };
    relate('wasGeneratedBy', { 'prov:entity': entity, 'prov:activity': activity, ...time(one.at as string) });
    for (const input of one.inputs!) {
      const used = add(input);
      const role = input.role === undefined ? {} : { 'prov:role': input.role };
      relate('used', { 'prov:activity': activity, 'prov:entity': used, ...role });
      relate('wasDerivedFrom', {
        'prov:generatedEntity': entity,
        'prov:usedEntity': used,
        'prov:activity': activity,
      });
    }
  };

  add(traced);
  const filled = Object.entries(graph).filter(([, members]) => Object.keys(members).length > 0);
  return {
    prefix: { granary: `${origin}/api/v1/`, xsd: 'http://www.w3.org/2001/XMLSchema#' },
    ...Object.fromEntries(filled),
  };
}

const name = (text: string) => ({ $: text, type: 'prov:QUALIFIED_NAME' });
const label = (text: string | null | undefined) => (text == null ? {} : { 'prov:label': text });
const time = (at: string | null | undefined) => (at == null ? {} : { 'prov:time': at });
