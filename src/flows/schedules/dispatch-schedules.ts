import type { Context } from '../../platform/context.ts';
import { enqueue } from '../../platform/jobs/index.ts';
import { startScheduledFlowJob } from '../jobs.ts';
import { decideFiring } from '../pure/decide-firing.ts';
import { parseSchedule, ScheduleFault } from '../pure/schedule.ts';
import { lockDueDatasets, updateScheduledFor, updateScheduleProblem } from './schedule-store.ts';

const batch = 50;

/**
 * Every few seconds, in every worker: what is due gets its next moment and asks for its revision, in one transaction. Making
 * the revision is a job of its own, so that a fault in one spec keeps nobody waiting. Returns how many were due.
 */
export async function dispatchSchedules(context: Context): Promise<number> {
  const now = context.now();
  return context.db.transaction(async (tx) => {
    const due = await lockDueDatasets(tx, now, batch);
    for (const { id, schedule: text, options, scheduledFor } of due) {
      try {
        const schedule = parseSchedule(text);
        const decided =
          schedule === null
            ? { times: 0, next: null }
            : decideFiring(schedule, options, scheduledFor.getTime(), now.getTime());
        await updateScheduledFor(tx, id, decided.next === null ? null : new Date(decided.next));
        if (decided.times > 0)
          await enqueue(
            tx,
            startScheduledFlowJob,
            { datasetId: id, times: decided.times },
            { key: `flow-schedule:${id}` },
          );
      } catch (error) {
        if (!(error instanceof ScheduleFault)) throw error;
        await updateScheduledFor(tx, id, null);
        await updateScheduleProblem(tx, id, error.message);
      }
    }
    return due.length;
  });
}
