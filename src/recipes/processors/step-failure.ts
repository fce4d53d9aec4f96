/** A step that cannot go on: the pipeline's `error_log` is its name, then its lines. */
export class StepFailure extends Error {
  /** As the spec calls it. */
  readonly step: string;
  readonly lines: string[];

  constructor(step: string, lines: string[], options?: ErrorOptions) {
    super(`${step}: ${lines[0] ?? 'failed'}`, options);
    this.name = 'StepFailure';
    this.step = step;
    this.lines = lines;
  }
}

/** Thrown by processors, which do not know by what name they were called. */
export class StepProblem extends Error {
  readonly lines: string[];

  constructor(lines: string | string[], options?: ErrorOptions) {
    const list = typeof lines === 'string' ? [lines] : lines;
    super(list[0], options);
    this.name = 'StepProblem';
    this.lines = list;
  }
}
