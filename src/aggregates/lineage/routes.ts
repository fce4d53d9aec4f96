import { Type } from '@fastify/type-provider-typebox';
import type { Context } from '../../platform/context.ts';
import { type App, originOf } from '../../platform/http/index.ts';
import { type Access, invalidParameter, missingParameter, noObject, unknownFormat } from '../../resource/index.ts';
import { groupingOf } from '../pure/groupings.ts';
import { fromTheFirst, type Lineage, type Question, visibleTo } from './lineage.ts';
import { provOf } from './pure/prov.ts';
import { indicatorsOf, withDays } from './pure/with-days.ts';
import { type CellPlace, daysAmong, namesOf, placeOfCell } from './store.ts';
import { traceCell } from './trace-cells.ts';
import { type GroupPlace, traceGroup } from './trace-group.ts';

const id = Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 });
const paging = {
  depth: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, description: 'Steps of inputs told in place.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Inputs of one page. Default 100.' })),
  cursor: Type.Optional(Type.String({ description: '`next` of the page before.' })),
  format: Type.Optional(Type.String({ description: 'json, or prov for PROV-JSON.' })),
};
const coordinates = {
  indicator_id: Type.Optional(id),
  location_id: Type.Optional(id),
  campaign_id: Type.Optional(id),
  data_date: Type.Optional(Type.String({ format: 'date' })),
  time_grouping: Type.Optional(Type.String({ maxLength: 10 })),
  start_date: Type.Optional(Type.String({ format: 'date', description: 'With time_grouping: as in the list.' })),
  end_date: Type.Optional(Type.String({ format: 'date' })),
};

interface Paging {
  depth?: number;
  limit?: number;
  cursor?: string;
  format?: string;
}

const formats = ['json', 'prov'];

/** Cells one answer tells in whole; inputs beyond stay links. */
const expandedAtMost = 300;

/** `…/lineage`: where a value comes from, down to the row of the file (contract monitoring §6.7). */
export function lineageOfValues(app: App, context: Context): void {
  const summary = 'Where a value comes from: formula and inputs, entries, rows of files';
  for (const kind of ['campaign', 'date'] as const) {
    const resource = `${kind}_datapoint`;
    app.get(
      `/api/v1/${resource}/:id/lineage`,
      {
        config: { access: 'signed-in' },
        schema: {
          params: Type.Object({
            id: Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
          }),
          querystring: Type.Object(paging, { additionalProperties: false }),
          tags: [resource],
          summary,
        },
      },
      async (request) => {
        const question = questionOf(request.access, request.query);
        const place = await placeOfCell(context.db, kind, request.params.id, visibleTo(request.access));
        if (place === undefined) throw noObject(resource, request.params.id);
        return answered(
          context,
          await named(context, await traceCell(context, place, question), place, question),
          request.query,
          originOf(context, request),
        );
      },
    );
  }
  app.get(
    '/api/v1/datapoint/lineage',
    {
      config: { access: 'signed-in' },
      schema: {
        querystring: Type.Object({ ...coordinates, ...paging }, { additionalProperties: false }),
        tags: ['datapoint'],
        summary,
      },
    },
    async (request) => {
      const question = questionOf(request.access, request.query);
      const lineage = await traceCoordinates(context, request.query, question);
      return answered(context, lineage, request.query, originOf(context, request));
    },
  );
}

interface Coordinates {
  indicator_id?: number;
  location_id?: number;
  campaign_id?: number;
  data_date?: string;
  time_grouping?: string;
  start_date?: string;
  end_date?: string;
}

async function traceCoordinates(context: Context, given: Coordinates, question: Question): Promise<Lineage> {
  const { indicator_id: indicatorId, location_id: locationId, campaign_id: campaignId = null, data_date } = given;
  if (indicatorId === undefined) throw missingParameter('indicator_id');
  if (locationId === undefined) throw missingParameter('location_id');
  const visible = visibleTo(question.access);
  const names = await namesOf(context.db, { indicatorId, locationId, campaignId }, visible);
  if (names.indicator === null) throw noObject('indicator', indicatorId);
  if (names.location === null) throw noObject('location', locationId);
  const { kind } = names.indicator;
  if (given.time_grouping !== undefined) {
    const grouping = groupingOf(given.time_grouping);
    if (grouping === undefined)
      throw invalidParameter('time_grouping', given.time_grouping, 'a group as lists name it');
    const { start_date: from, end_date: to, time_grouping: label } = given;
    const group: GroupPlace = { kind, indicatorId, locationId, grouping, label, from, to };
    return {
      indicator: names.indicator.shortName,
      location: names.location,
      ...(await traceGroup(context, group, question)),
    };
  }
  const period = kind === 'campaign' ? campaignId : (data_date ?? null);
  if (period === null) throw missingParameter(kind === 'campaign' ? 'campaign_id' : 'data_date');
  if (kind === 'campaign' && names.campaign === null) throw noObject('campaign', campaignId);
  const place: CellPlace = { kind, indicatorId, locationId, period };
  return await named(context, await traceCell(context, place, question), place, question);
}

/** With what its coordinates are called. */
async function named(context: Context, lineage: Lineage, place: CellPlace, { access }: Question): Promise<Lineage> {
  const { indicatorId, locationId } = place;
  const campaignId = place.kind === 'campaign' ? Number(place.period) : null;
  const names = await namesOf(context.db, { indicatorId, locationId, campaignId }, visibleTo(access));
  return {
    indicator: names.indicator!.shortName,
    location: names.location,
    ...(names.campaign === null ? {} : { campaign: names.campaign }),
    ...lineage,
  };
}

function questionOf(access: Access, { depth = 0, limit = 100, cursor, format = 'json' }: Paging): Question {
  if (!formats.includes(format)) throw unknownFormat(format, formats);
  return {
    access,
    depth,
    limit,
    after: cursor === undefined ? fromTheFirst : afterOf(cursor),
    budget: { left: expandedAtMost },
    cursorOf: (after) => Buffer.from(`after ${after}`).toString('base64url'),
  };
}

function afterOf(cursor: string): number {
  const after = /^after (-?\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (after === undefined) throw invalidParameter('cursor', cursor, 'next of the page before');
  return Number(after);
}

async function answered(context: Context, told: Lineage, { format }: Paging, origin: string): Promise<object> {
  const days = new Set(await daysAmong(context.db, indicatorsOf(told)));
  const lineage = days.size === 0 ? told : withDays(told, (id) => days.has(id));
  return format === 'prov' ? provOf(lineage, origin) : lineage;
}
