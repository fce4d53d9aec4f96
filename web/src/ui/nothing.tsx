import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** An empty place says what belongs here and how it gets here. */
export function Nothing({
  icon: Sign,
  title,
  children,
  action,
}: {
  icon: Icon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Stack align="center" gap={6} py={48} px="md" className="panel">
      <ThemeIcon size={44} radius="xl" variant="light" mb={4}>
        <Sign size={24} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <Title order={2}>{title}</Title>
      {children !== undefined && (
        <Text component="div" c="dimmed" ta="center" w="100%" maw={460}>
          {children}
        </Text>
      )}
      {action !== undefined && <div style={{ marginTop: 10 }}>{action}</div>}
    </Stack>
  );
}
