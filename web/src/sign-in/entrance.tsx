import { Stack, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Mark } from '../shell/mark.tsx';

/** A page for who is not signed in. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  useDocumentTitle(`${title} · Granary`);
  return (
    <Stack component="main" mih="100dvh" align="center" justify="center" px="md" gap="lg">
      <Stack align="center" gap={8}>
        <Mark size={44} />
        <Title order={1}>{title}</Title>
      </Stack>
      {children}
    </Stack>
  );
}
