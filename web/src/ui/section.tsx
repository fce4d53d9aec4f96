import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

/** A titled panel. */
export function Section({
  title,
  about,
  actions,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id} style={{ padding: 16 }}>
      <Group justify="space-between" align="flex-start" mb="sm">
        <div style={{ flex: '1 1 220px' }}>
          <Title order={2} id={id}>
            {title}
          </Title>
          {about !== undefined && (
            <Text fz="sm" c="dimmed">
              {about}
            </Text>
          )}
        </div>
        {actions}
      </Group>
      {children}
    </section>
  );
}
