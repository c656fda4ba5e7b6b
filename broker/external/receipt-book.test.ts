import { describe, expect, it } from 'vitest';
import { ReceiptBook } from './receipt-book.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('receipts over the cuts of a session', () => {
  it('a message sent again is the same one, whether it is durable by now or not; its packet id used anew is another', () => {
    const book = new ReceiptBook(10);
    const one = book.take(1, 't', bytes('a'), false).receipt;
    const two = book.take(2, 't', bytes('b'), false).receipt;
    one.settled = true;
    book.connected(true);
    expect(book.take(1, 't', bytes('a'), true)).toEqual({ receipt: one, fresh: false });
    expect(book.take(2, 't', bytes('B'), true)).toMatchObject({ fresh: true, receipt: { settled: false } });
    expect(two.settled).toBe(false);
    expect(book.take(1, 't', bytes('a'), true)).toMatchObject({ fresh: true });
  });

  it('one whose PUBACK was lost on the way is known when the broker says that it repeats, and not otherwise', () => {
    const book = new ReceiptBook(10);
    const told = book.take(1, 't', bytes('a'), false).receipt;
    book.acknowledged(told);
    book.connected(true);
    expect(book.take(1, 't', bytes('a'), true)).toEqual({ receipt: told, fresh: false });
    book.acknowledged(told);
    book.connected(true);
    expect(book.take(1, 't', bytes('a'), false).fresh).toBe(true);
  });

  it('without the session of before nothing is known: ids begin anew, and equal readings are new readings', () => {
    const book = new ReceiptBook(10);
    book.take(1, 't', bytes('a'), false);
    book.connected(false);
    expect(book.take(1, 't', bytes('a'), false).fresh).toBe(true);
    expect(book.take(1, 't', bytes('a'), true).fresh).toBe(true);
  });

  it('is known over a second cut in the middle of the repeats', () => {
    const book = new ReceiptBook(10);
    const receipts = [1, 2, 3].map((id) => book.take(id, 't', bytes(String(id)), false).receipt);
    book.connected(true);
    expect(book.take(1, 't', bytes('1'), true).fresh).toBe(false);
    book.connected(true);
    expect([1, 2, 3].map((id) => book.take(id, 't', bytes(String(id)), true).receipt)).toEqual(receipts);
  });

  it('one that could not be made durable is to be delivered again', () => {
    const book = new ReceiptBook(10);
    const failed = book.take(1, 't', bytes('a'), false).receipt;
    book.forget(failed);
    book.connected(true);
    expect(book.take(1, 't', bytes('a'), true).fresh).toBe(true);
    const late = book.take(2, 't', bytes('b'), false).receipt;
    book.connected(true);
    book.forget(late);
    expect(book.take(2, 't', bytes('b'), true).fresh).toBe(true);
  });

  it('stays within its bound however long it runs', () => {
    const book = new ReceiptBook(10);
    for (let i = 0; i < 1_000; i++) book.acknowledged(book.take(i % 65_535, 't', bytes(String(i)), false).receipt);
    expect(book.open).toBe(0);
    book.connected(true);
    expect(book.take(5, 't', bytes('5'), true).fresh).toBe(true);
    expect(book.take(999, 't', bytes('999'), true).fresh).toBe(false);
  });
});
