import Type from 'typebox';
import { processor } from './processor.ts';
import { StepProblem } from './step-failure.ts';

const notYet = 'script steps cannot be run by this version of Granary';

/** Known by name, so that a spec that needs it is told the reason. */
export const script = processor<Record<string, unknown>>({
  name: 'script',
  version: '1.0.0',
  title: 'Run a script of the registry',
  description: 'Refused at upload: this version of Granary runs no script steps.',
  params: Type.Record(Type.String(), Type.Unknown()),
  plan: (_, plan) => plan.problem('', notYet),
  run: () => Promise.reject(new StepProblem(notYet)),
});
