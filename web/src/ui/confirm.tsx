import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface ConfirmProps {
  opened: boolean;
  close: () => void;
  title: string;
  children: ReactNode;
  action: string;
  danger?: boolean;
  loading?: boolean;
  onConfirm: () => void;
}

/** For what cannot be taken back by a toast. The safe answer has the focus. */
export function Confirm({
  opened,
  close,
  title,
  children,
  action,
  danger = false,
  loading = false,
  onConfirm,
}: ConfirmProps) {
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <Stack>
        <Text component="div">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Cancel
          </Button>
          <Button {...(danger ? { color: 'red' } : {})} loading={loading} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
