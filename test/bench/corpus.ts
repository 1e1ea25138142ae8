import { createRandom } from '../support/random.ts';

/** Texts as people and models write them, in several scripts, for a database that looks like one of years of use. */

interface Language {
  /** Part of all messages. */
  share: number;
  /** The commonest words, as they are. */
  known: readonly string[];
  /** Pieces that further words are made of. */
  pieces: readonly string[];
  words: number;
  between: string;
  end: string;
}

const letters = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_value, index) => String.fromCodePoint(from + index));
const syllables = (starts: string, vowels: string, ends: string): string[] =>
  [...starts].flatMap((start) => [...vowels].flatMap((vowel) => ['', ...ends].map((end) => `${start}${vowel}${end}`)));

const languages: readonly Language[] = [
  {
    share: 0.62,
    known:
      'the of and to a in is it you that he was for on are with as I his they be at one have this from or had by hot but some what there we can out other were all your when up use word how said an each she which do their time if will way about many then them would write like so these her long make thing see him two has look more day could go come did my sound no most number who over know water than call first people may down side been now find any new work part take get place made live where after back little only round man year came show every good me give our under name very through just form much great think say help low line before turn cause same mean differ move right boy old too does tell sentence set three want air well also play small end put home read hand port large spell add even land here must big high such follow act why ask men change went light kind off need house picture try us again animal point mother world near build self earth father'.split(
        ' ',
      ),
    pieces: syllables('bcdfghlmnprstvw', 'aeiou', 'nrstl'),
    words: 60_000,
    between: ' ',
    end: '. ',
  },
  {
    share: 0.12,
    known:
      'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat daß sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei größer schön'.split(
        ' ',
      ),
    pieces: syllables('bdfghklmnrstwz', 'aeiouäöü', 'nrstß'),
    words: 30_000,
    between: ' ',
    end: '. ',
  },
  {
    share: 0.08,
    known:
      'de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora'.split(
        ' ',
      ),
    pieces: syllables('bcdfglmnprstvñ', 'aeiouáéíóú', 'nrs'),
    words: 20_000,
    between: ' ',
    end: '. ',
  },
  {
    share: 0.08,
    known:
      'и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой весь год от так о для ты же все тот мочь вы человек такой его сказать только или ещё бы себя один как уже до время если сам когда другой вот говорить наш мой знать стать при чтобы дело жизнь кто первый очень два день её новый рука даже во со раз где там под можно ну какой после их работа без самый потом надо хотеть ли слово идти большой должен место'.split(
        ' ',
      ),
    pieces: syllables('бвгдзклмнпрст', 'аеиоуяы', 'нрстл'),
    words: 20_000,
    between: ' ',
    end: '. ',
  },
  { share: 0.07, known: [], pieces: letters(0x4e00, 2_600), words: 15_000, between: '', end: '。' },
  {
    share: 0.03,
    known:
      'の に は を た が で て と し れ さ ある いる も する から な こと として い や など なっ ない この ため その あっ よう また もの'.split(
        ' ',
      ),
    pieces: [...letters(0x3042, 70), ...letters(0x30a2, 70), ...letters(0x65e5, 600)],
    words: 10_000,
    between: '',
    end: '。',
  },
];

/** The n-th commonest thing is n times rarer than the commonest one. */
function zipf(count: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) sums[rank] = sum += 1 / (rank + 1);
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** So many different sentences of a language there are; a message is some of them. */
const sentenceCount = 40_000;

function sentencesOf(language: Language, random: () => number): string[] {
  const piece = (): string => language.pieces[Math.floor(random() * language.pieces.length)] ?? '';
  const words = [...language.known];
  while (words.length < language.words) {
    words.push(Array.from({ length: 1 + Math.floor(random() * (language.between === '' ? 2 : 4)) }, piece).join(''));
  }
  const rank = zipf(words.length, random);
  return Array.from({ length: sentenceCount * language.share + 500 }, () => {
    const length = 4 + Math.floor(random() * 22);
    const text = Array.from({ length }, () => words[rank()]).join(language.between);
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}${language.end}`;
  });
}

export interface Corpus {
  /** The text of one message: the same for the same number. Questions are short, answers long. */
  message(index: number, isAnswer: boolean): string;
}

/** Builds the stock of sentences; the rest is putting them together. */
export function createCorpus(seed: number): Corpus {
  const random = createRandom(seed);
  const stocks = languages.map((language) => ({ share: language.share, sentences: sentencesOf(language, random) }));
  return {
    message(index, isAnswer) {
      const draw = createRandom(seed + index);
      // A question and its answer are in one language, as is most of a conversation.
      let place = createRandom(seed ^ Math.floor(index / 20))();
      const stock = stocks.find(({ share }) => (place -= share) < 0) ?? stocks[0];
      const sentences = stock?.sentences ?? [];
      // Many short ones, few long ones; the mean lies at two sentences, or at nine.
      const count = 1 + Math.floor(-Math.log(1 - draw()) * (isAnswer ? 8.5 : 1.2));
      let text = '';
      for (let each = 0; each < count; each += 1) {
        text += sentences[Math.floor(draw() * sentences.length)] ?? '';
        if (each % 5 === 4) text += '\n\n';
      }
      return text.trimEnd();
    },
  };
}
