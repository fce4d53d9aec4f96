import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useKeepTyped } from './use-keep-typed.tsx';

/** A form over the page. With something typed in it, a click beside it, Esc and Back ask first. */
export function FormModal({ opened, onClose, children, ...props }: ModalProps) {
  const box = useRef<HTMLDivElement>(null);
  const isChanged = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is opened again begins anew.
  useEffect(() => {
    isChanged.current = false;
  }, [opened]);
  const { question, isAsking, leave } = useKeepTyped({
    // Once it is sent there may be something else in place of the form.
    isTyped: () => opened && isChanged.current && box.current?.querySelector('form') != null,
    // It lies over every link of the page: other ways are the form's own, after it is saved.
    loses: ({ action, next }) => !['PUSH', 'REPLACE'].includes(action) || next.pathname === '/sign-in',
  });
  const note = () => {
    isChanged.current = true;
  };
  return (
    <>
      <Modal {...props} opened={opened} onClose={() => leave(onClose)} closeOnEscape={!isAsking}>
        {/* Lists of options lie elsewhere in the page, but what is chosen there is heard here. */}
        <div
          ref={box}
          onChange={note}
          onClickCapture={({ target }) => (target as Element).closest('[role=option]') !== null && note()}
        >
          {children}
        </div>
      </Modal>
      {question}
    </>
  );
}
