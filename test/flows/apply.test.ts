import { expect, test } from 'vitest';
import { applyReport } from '../../src/flows/pure/apply-report.ts';
import { apiState, deriveStatus } from '../../src/flows/pure/derive-status.ts';
import type { FlowState, FlowStatus, PipelineState, Report } from '../../src/flows/pure/flow-spec.ts';

const pipeline = (id: string, dependencies: string[] = [], status: FlowStatus = 'pending'): PipelineState => ({
  id,
  dependencies,
  status,
  stats: {},
  errorLog: [],
});
const flow = (pipelines: PipelineState[]): FlowState => ({
  id: 'me/id/1',
  status: deriveStatus(pipelines.map((one) => one.status)),
  errorLog: [],
  stats: null,
  pipelines,
});
const finish = (id: string, success: boolean, more: Partial<Report> = {}): Report => ({
  pipeline: id,
  event: 'finish',
  success,
  ...more,
});
const unsuccessful = (id: string) =>
  `Dependency unsuccessful. Cannot run until dependency "${id}" is successfullyexecuted`;
const statuses = (state: FlowState) => state.pipelines.map((one) => one.status).join(' ');

test.each<[FlowStatus[], FlowStatus]>([
  [[], 'success'],
  [['pending', 'pending'], 'pending'],
  [['pending', 'running'], 'running'],
  [['pending', 'success'], 'running'],
  [['pending', 'failed'], 'running'],
  [['running', 'failed'], 'running'],
  [['success', 'failed'], 'failed'],
  [['success', 'success'], 'success'],
])('pipelines %j make a flow %s', (pipelines, status) => {
  expect(deriveStatus(pipelines)).toBe(status);
});

test('a failure fails what waits for it, and each names the nearest to the root', () => {
  const state = flow([
    pipeline('a'),
    pipeline('b', ['a']),
    // Depends on a cascaded one and on the root: names the root.
    pipeline('c', ['b', 'a']),
    pipeline('d', ['c', 'b']),
    pipeline('e'),
  ]);
  const { next, effects, reply } = applyReport(state, finish('a', false, { errors: ['boom'] }));
  expect(statuses(next)).toBe('failed failed failed failed pending');
  expect(next.pipelines.map((one) => one.errorLog)).toEqual([
    ['boom'],
    [unsuccessful('a')],
    [unsuccessful('a')],
    // Both are one hop from the root: the first in plan order.
    [unsuccessful('b')],
    [],
  ]);
  expect(next.status).toBe('running');
  expect(reply).toEqual({ success: 'pending', status: 'running', id: 'me/id/1', errors: ['boom'] });
  expect(effects.map((effect) => effect.kind)).toEqual([
    'flow-started',
    'pipeline-finished',
    'pipeline-finished',
    'pipeline-finished',
    'pipeline-finished',
  ]);
});

test('a failure without errors puts the first cascade message into the log of the flow', () => {
  const { next } = applyReport(flow([pipeline('a'), pipeline('b', ['a'])]), finish('a', false));
  expect(next.errorLog).toEqual([unsuccessful('a')]);
  expect(next.pipelines[0]!.errorLog).toEqual([]);
  expect(next.status).toBe('failed');
});

test('running pipelines are not failed by the failure of what they need', () => {
  const { next } = applyReport(flow([pipeline('a'), pipeline('b', ['a'], 'running')]), finish('a', false));
  expect(statuses(next)).toBe('failed running');
});

test('the end of a flow is one effect, and late reports change nothing', () => {
  const state = flow([pipeline('a', [], 'success'), pipeline('b', ['a'], 'running')]);
  const done = applyReport(state, finish('b', true, { stats: { bytes: 7 }, log: ['x'] }));
  expect(done.next).toMatchObject({ status: 'success', stats: { bytes: 7 } });
  expect(done.lines).toEqual(['x']);
  expect(done.effects.filter((effect) => effect.kind === 'flow-finished')).toHaveLength(1);
  for (const late of [finish('b', false, { errors: ['late'] }), { pipeline: 'a', event: 'start' }]) {
    const again = applyReport(done.next, late);
    expect(again.next).toBe(done.next);
    expect(again.effects).toEqual([]);
    expect(again.reply).toMatchObject({ success: 'success', status: 'success', id: 'me/id/1' });
  }
});

test.each<[FlowStatus, string, FlowStatus]>([
  ['pending', 'queue', 'pending'],
  ['pending', 'start', 'running'],
  ['pending', 'progress', 'running'],
  ['pending', 'finish', 'failed'],
  ['running', 'queue', 'running'],
  ['running', 'progress', 'running'],
  ['success', 'start', 'success'],
  ['failed', 'finish', 'failed'],
])('a pipeline that is %s and hears %s is %s', (before, event, after) => {
  const state = flow([pipeline('a', [], before), pipeline('z')]);
  expect(applyReport(state, { pipeline: 'a', event }).next.pipelines[0]!.status).toBe(after);
});

test('only values that say something replace what is there', () => {
  const state = { ...flow([pipeline('a'), pipeline('b')]), errorLog: ['old'], stats: { bytes: 1 } };
  const { next } = applyReport(state, { pipeline: 'a', event: 'start', errors: [], stats: {} });
  expect(next).toMatchObject({ errorLog: ['old'], stats: { bytes: 1 } });
  expect(applyReport(state, finish('a', true, { errors: ['new'] })).next.errorLog).toEqual(['new']);
});

test('what is not known is said', () => {
  const state = flow([pipeline('a')]);
  const failed = { success: 'fail', status: null, id: null };
  expect(applyReport(state, finish('x', true)).reply).toEqual({ ...failed, errors: ['pipeline not found'] });
  expect(applyReport(state, { pipeline: 'a', event: 'jump' }).reply).toEqual({ ...failed, errors: ['Unknown event'] });
});

test('the words of the API', () => {
  expect(apiState).toEqual({ pending: 'QUEUED', running: 'INPROGRESS', success: 'SUCCEEDED', failed: 'FAILED' });
});
