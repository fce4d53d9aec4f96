import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** A name and its value, one above the other. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
      <Text fz="xs" c="dimmed">
        {label}
      </Text>
      <Text component="div" fz="sm" fw={520}>
        {children}
      </Text>
    </div>
  );
}
