/** `node run-one.ts FILE`: one benchmark in a process of its own; its lines are the last line of the output. */
const { run } = (await import(process.argv[2]!)) as { run: () => Promise<unknown> };
process.stdout.write(`\n${JSON.stringify(await run())}`);
process.exit(0);
