import { Alert, Anchor, Code, List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { plural } from '../ui/format.ts';
import { goToLine } from './spec-area.tsx';
import type { SpecFault } from './spec-text.ts';

/** Each finding at its place: choosing the line goes there. */
export function SpecFaults({ faults }: { faults: SpecFault[] }) {
  if (faults.length === 0) return null;
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={`${plural(faults.length, 'thing')} to mend in the spec`}
    >
      <List size="sm" spacing={4}>
        {faults.map(({ line, pointer, problem }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two findings may say the same.
          <List.Item key={index} style={{ overflowWrap: 'anywhere' }}>
            {line !== undefined && (
              <>
                <Anchor component="button" type="button" fz="sm" onClick={() => goToLine(line)}>
                  Line {line}
                </Anchor>{' '}
              </>
            )}
            {pointer !== undefined && pointer !== '' && <Code>{pointer}</Code>} {problem}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
