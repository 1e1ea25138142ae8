import type { Message, Rating } from '../../preload/contract/conversations.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';

/** What the model is doing for an unfinished answer, with the numbers to show. */
export type Activity =
  | { kind: 'starting' }
  | { kind: 'queued'; ahead: number }
  | { kind: 'loading'; fraction: number }
  | { kind: 'reading'; done: number; total: number; reused: number }
  | { kind: 'writing' };

function isSame(a: Message, b: Message): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** What a turn does while a snapshot says that it is live; events make it more precise. */
function activityOf(message: Message, isLive: boolean, before: Activity | null): Activity | null {
  if (!isLive) return null;
  return message.text === '' ? (before ?? { kind: 'starting' }) : { kind: 'writing' };
}

/** One turn of the page. Streaming touches `text` and `activity` of one turn and nothing else in the window. */
export class Turn {
  readonly id: string;
  message: Message;
  text: string;
  /** Null when nothing is running for this turn. */
  activity: Activity | null;
  isStopping = $state(false);

  constructor(message: Message, isLive: boolean) {
    this.id = message.id;
    this.message = $state.raw(message);
    this.text = $state(message.text);
    this.activity = $state.raw(activityOf(message, isLive, null));
  }

  /** Replaces everything by a snapshot. */
  take(message: Message, isLive: boolean): void {
    // A snapshot holds every message anew; setting one that did not change would redraw a long page for nothing.
    if (!isSame(this.message, message)) this.message = message;
    this.text = message.text;
    this.activity = activityOf(message, isLive, this.activity);
    if (!isLive) this.isStopping = false;
  }

  setRating(rating: Rating | null): void {
    this.message = { ...this.message, rating };
  }

  /** Applies one event, which the gate has let through. */
  advance(event: GenerationEvent): void {
    switch (event.kind) {
      case 'queued':
        this.activity = { kind: 'queued', ahead: event.ahead };
        break;
      case 'loading':
        this.activity = { kind: 'loading', fraction: event.fraction };
        break;
      case 'reading':
        this.activity = { kind: 'reading', done: event.done, total: event.total, reused: event.reused };
        break;
      case 'text':
        this.text += event.text;
        if (this.activity?.kind !== 'writing') this.activity = { kind: 'writing' };
        break;
      case 'finished':
        this.take(event.message, false);
        break;
    }
  }
}
