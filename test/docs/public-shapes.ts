/**
 * Small made-up files in the shapes of docs/mappings.md, with the traps of the real ones, and the
 * events that they are, written by hand.
 */
import { gzipSync } from 'node:zlib';

/** One section of the page. */
export interface PublicShape {
  readonly heading: string;
  /** Below the folder that the section's command reads. */
  readonly folder: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** By path below the folder of events; without event_id. */
  readonly events: Readonly<Record<string, readonly object[]>>;
  readonly filtered?: number;
  readonly equal?: number;
  readonly dead?: Readonly<Record<string, number>>;
  /** Whose domain counts, where the section shows none. */
  readonly domainOf?: string;
  /** Rendered questions of ranking.pointwise, of sections with a domain of their own. */
  readonly questions?: number;
  /** Questions about an item that nobody knew by then. */
  readonly unknown?: number;
}

type Time = number | string | null;
const member = (member_id: string, attributes: object) => ({
  ...{ event_time: null, type: 'member', member_id, op: 'upsert', attributes },
});
const item = (item_id: string, attributes: object, event_time: Time = null) => ({
  ...{ event_time, type: 'item', item_id, op: 'upsert', attributes },
});
const did = (member_id: string, item_id: string, event_time: Time, more: object) => ({
  ...{ event_time, type: 'interaction', member_id, item_id, ...more },
});
const rated = (value: number) => ({
  action: value >= 4 ? 'rated highly' : value >= 3 ? 'rated as average' : 'rated poorly',
  value,
});
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;
const json = (...all: readonly object[]) => lines(...all.map((one) => JSON.stringify(one)));

const TOY_STORY = { title: 'Toy Story (1995)', genres: ['Animation', "Children's", 'Comedy'] };
const MISERABLES = { title: 'Misérables, Les (1995)', genres: ['Drama', 'Musical'] };

const MOVIELENS_100K: PublicShape = {
  heading: 'MovieLens 100k',
  folder: 'ml-100k',
  files: {
    'u.user': lines('1|24|M|technician|85711', '2|53|F|other|T8H1N'),
    'u.item': latin1(
      lines(
        '1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/?Toy|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0',
        '267|unknown||||1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0',
        '543|Mis\xe9rables, Les (1995)|01-Jan-1995||http://us.imdb.com/?M|0|0|0|0|0|0|0|0|1|0|0|0|1|0|0|0|0|0|0',
        '1201|"Marlene" (1996)|12-Apr-1998||http://us.imdb.com/?D|0|0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|0',
      ),
    ),
    'u.data': lines('1\t1\t5\t874965758', '2\t543\t3\t888552084', '1\t543\t2\t878542960', '2\t1201\t4\t888552085'),
    // Beside the tables of the set, and none of them.
    'u.genre': lines('unknown|0', 'Action|1'),
  },
  events: {
    'members/u.user': [
      member('1', { age: 24, gender: 'male', occupation: 'technician' }),
      member('2', { age: 53, gender: 'female', occupation: 'other' }),
    ],
    'films/u.item': [
      item('1', TOY_STORY, '1995-01-01Z'),
      item('267', { title: 'unknown' }),
      item('543', MISERABLES, '1995-01-01Z'),
      item('1201', { title: '"Marlene" (1996)', genres: ['Documentary'] }, '1998-04-12Z'),
    ],
    'ratings/u.data': [
      did('1', '1', 874965758000, rated(5)),
      did('2', '543', 888552084000, rated(3)),
      did('1', '543', 878542960000, rated(2)),
      did('2', '1201', 888552085000, rated(4)),
    ],
  },
  // The fourth was rated before it was released.
  ...{ questions: 3, unknown: 1 },
};

const MOVIELENS_1M: PublicShape = {
  heading: 'MovieLens 1M',
  folder: 'ml-1m',
  files: {
    'users.dat': lines('1::F::1::10::48067', '2::M::56::16::70072'),
    'movies.dat': latin1(
      lines(
        "1::Toy Story (1995)::Animation|Children's|Comedy",
        '73::Mis\xe9rables, Les (1995)::Drama|Musical',
        '260::Star Wars: "A New Hope" (1977)::Action',
      ),
    ),
    'ratings.dat': lines('1::1::5::978824268', '2::1::3::978300000', '1::73::1::978824300'),
  },
  events: {
    'members/users.dat': [
      member('1', { gender: 'female', age: 'under 18', occupation: 'K-12 student' }),
      member('2', { gender: 'male', age: '56 or more', occupation: 'self-employed' }),
    ],
    'films/movies.dat': [
      item('1', TOY_STORY),
      item('73', MISERABLES),
      item('260', { title: 'Star Wars: "A New Hope" (1977)', genres: ['Action'] }),
    ],
    'ratings/ratings.dat': [
      did('1', '1', 978824268000, rated(5)),
      did('2', '1', 978300000000, rated(3)),
      did('1', '73', 978824300000, rated(1)),
    ],
    '+first_seen/000001': [item('1', TOY_STORY, 978300000000), item('73', MISERABLES, 978824300000)],
  },
  domainOf: 'MovieLens 100k',
};

const [NINE_AM, MIDNIGHT, NOON] = [
  Date.UTC(2019, 10, 11, 9, 5, 58),
  Date.UTC(2019, 10, 12, 0, 5, 58),
  Date.UTC(2019, 10, 15, 12, 30, 0),
];
const N1 = { category: 'sports', title: '"Never give up', abstract: 'He said "no".' };
const N2 = { category: 'news', title: "It's over" };
const shown = (slate_id: string) => ({ action: 'impression', slate_id });
const clicked = (slate_id: string) => ({ sequence: 1, action: 'click', slate_id });
const [SLATE_1, SLATE_2, SLATE_3] = [
  '1 U1 11/11/2019 9:05:58 AM',
  '2 U2 11/12/2019 12:05:58 AM',
  '1 U1 11/15/2019 12:30:00 PM',
] as const;

const MIND: PublicShape = {
  heading: 'MIND',
  folder: 'mind',
  files: {
    'MINDsmall_train/news.tsv': lines(
      'N1\tsports\tfootball\t"Never give up\tHe said "no".\thttps://a/1\t[]\t[{"Label": "Ann"}]',
      "N2\tnews\tnewsus\tIt's over\t\thttps://a/2\t[]\t[]",
    ),
    'MINDsmall_train/behaviors.tsv': lines(
      '1\tU1\t11/11/2019 9:05:58 AM\tN8 N9\tN1-1 N2-0',
      '2\tU2\t11/12/2019 12:05:58 AM\t\tN2-0',
    ),
    'MINDsmall_dev/news.tsv': lines("N2\tnews\tnewsus\tIt's over\t\thttps://a/2\t[]\t[]"),
    'MINDsmall_dev/behaviors.tsv': lines('1\tU1\t11/15/2019 12:30:00 PM\tN8\tN2-1'),
  },
  events: {
    'news/MINDsmall_train/news.tsv': [item('N1', N1), item('N2', N2)],
    'news/MINDsmall_dev/news.tsv': [item('N2', N2)],
    'impressions/MINDsmall_train/behaviors.tsv': [
      did('U1', 'N1', NINE_AM, shown(SLATE_1)),
      did('U1', 'N2', NINE_AM, shown(SLATE_1)),
      did('U2', 'N2', MIDNIGHT, shown(SLATE_2)),
    ],
    'impressions/MINDsmall_dev/behaviors.tsv': [did('U1', 'N2', NOON, shown(SLATE_3))],
    'clicks/MINDsmall_train/behaviors.tsv': [did('U1', 'N1', NINE_AM, clicked(SLATE_1))],
    'clicks/MINDsmall_dev/behaviors.tsv': [did('U1', 'N2', NOON, clicked(SLATE_3))],
    '+first_seen/000001': [item('N1', N1, NINE_AM), item('N2', N2, NINE_AM)],
  },
  filtered: 2,
  questions: 4,
};

const SALT = { title: 'Bath "Salt" & Öl', brand: "Ann's" };
const salt = { category: ['Beauty'], ...SALT, also_buy: ['B2'], rank: '1 in Beauty', price: '$5.00', asin: 'B1' };
const review = { verified: true, reviewerID: 'A1', asin: 'B1', reviewText: 'Good', summary: 'Five', overall: 5.0 };

const AMAZON_2018: PublicShape = {
  heading: 'Amazon reviews, 2018',
  folder: 'amazon',
  files: {
    'meta_All_Beauty.json.gz': gzipSync(json(salt, salt, { title: 'Brush', brand: '', asin: '0000031852' })),
    'All_Beauty.json.gz': gzipSync(
      json(
        { ...review, reviewTime: '09 1, 2016', unixReviewTime: 1472688000, style: { 'Size:': ' Big' } },
        { ...review, reviewTime: '09 1, 2016', unixReviewTime: 1472688000 },
        { ...review, reviewerID: 'A2', overall: 2.0, unixReviewTime: 1472774400, vote: '2' },
        { overall: 3.0, reviewerID: 'A1', asin: '0000031852', unixReviewTime: 1475280000 },
      ),
    ),
  },
  events: {
    'products/meta_All_Beauty.json': [item('B1', SALT), item('0000031852', { title: 'Brush' })],
    'reviews/All_Beauty.json': [
      did('A1', 'B1', '2016-09-01Z', rated(5)),
      did('A2', 'B1', '2016-09-02Z', rated(2)),
      did('A1', '0000031852', '2016-10-01Z', rated(3)),
    ],
    '+first_seen/000001': [item('0000031852', { title: 'Brush' }, '2016-10-01Z'), item('B1', SALT, '2016-09-01Z')],
  },
  equal: 2,
  questions: 3,
};

const BRUSH = { title: 'Brush', brand: 'Howard', features: ['Soft', 'Round'] };
const product = { ...BRUSH, brand: undefined, store: 'Howard', average_rating: 4.8, rating_number: 10, price: null };

const AMAZON_2023: PublicShape = {
  heading: 'Amazon reviews, 2023',
  folder: 'amazon',
  files: {
    'meta_All_Beauty.jsonl': json(
      { main_category: 'All Beauty', ...product, parent_asin: 'B01', bought_together: null },
      { ...product, title: 'Comb', store: null, features: [], parent_asin: 'B02', bought_together: null },
    ),
    'All_Beauty.jsonl': json(
      {
        rating: 5.0,
        title: 'Such',
        text: 'Nice',
        asin: 'B0V',
        parent_asin: 'B01',
        user_id: 'AG',
        timestamp: 1588687728923,
        helpful_vote: 0,
      },
      {
        rating: 4.0,
        title: 'So',
        text: '',
        asin: 'B02',
        parent_asin: 'B02',
        user_id: 'AG',
        timestamp: 1588687728924,
        helpful_vote: 1,
      },
    ),
  },
  events: {
    'products/meta_All_Beauty.jsonl': [item('B01', BRUSH), item('B02', { title: 'Comb', features: [] })],
    'reviews/All_Beauty.jsonl': [did('AG', 'B01', 1588687728923, rated(5)), did('AG', 'B02', 1588687728924, rated(4))],
    '+first_seen/000001': [
      item('B01', BRUSH, 1588687728923),
      item('B02', { title: 'Comb', features: [] }, 1588687728924),
    ],
  },
  domainOf: 'Amazon reviews, 2018',
};

const RETAILROCKET: PublicShape = {
  heading: 'RetailRocket',
  folder: 'retailrocket',
  files: {
    'item_properties_part1.csv': lines(
      'timestamp,itemid,property,value',
      '1431226800000,460429,categoryid,1338',
      '1431226800000,460429,888,n552.000 639502 n720.000',
      '1431831600000,460429,available,0',
    ),
    'item_properties_part2.csv': lines('timestamp,itemid,property,value', '1432436400000,460429,categoryid,1340'),
    'events.csv': lines(
      'timestamp,visitorid,event,itemid,transactionid',
      '1433221332117,257597,view,460429,',
      '1433221399000,257597,addtocart,460429,',
      '1433221500000,257597,transaction,460429,4000',
      '1431000000000,992329,view,460429,',
    ),
    'category_tree.csv': lines('categoryid,parentid', '1016,213'),
  },
  events: {
    'properties/item_properties_part1.csv': [item('460429', { category: '1338', number: '460429' }, 1431226800000)],
    'properties/item_properties_part2.csv': [item('460429', { category: '1340', number: '460429' }, 1432436400000)],
    'visits/events.csv': [
      did('257597', '460429', 1433221332117, { action: 'view' }),
      did('257597', '460429', 1433221399000, { action: 'addtocart' }),
      did('257597', '460429', 1433221500000, { action: 'transaction' }),
      did('992329', '460429', 1431000000000, { action: 'view' }),
    ],
  },
  filtered: 2,
  // One session, and one visit from before the item's first week.
  ...{ questions: 1, unknown: 1 },
};

const IMAGES = '"http://a/s.jpg";"http://a/m.jpg";"http://a/l.jpg"';

const BOOK_CROSSING: PublicShape = {
  heading: 'Book-Crossing',
  folder: 'book-crossing',
  files: {
    'BX-Users.csv': latin1(
      lines('"User-ID";"Location";"Age"', '"1";"nyc, new york, usa";NULL', '"2";"m\xfcnchen, bayern, germany";"18"'),
    ),
    'BX-Books.csv': latin1(
      lines(
        '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";"Image-URL-S";"Image-URL-M";"Image-URL-L"',
        `"0195153448";"Classical Mythology";"Mark P. O. Morford";"2002";"Oxford &amp; Co";${IMAGES}`,
        `"034545104X";"Flesh \\"Tones\\"; a Novel";"\xc9mile";"0";"Ballantine";${IMAGES}`,
        `"078946697X";"Creating the X-Men\\";Michael Teitelbaum";"2000";"DK Publishing Inc";${IMAGES}`,
      ),
    ),
    'BX-Book-Ratings.csv': lines('"User-ID";"ISBN";"Book-Rating"', '"1";"034545104X";"0"', '"2";"0195153448";"9"'),
  },
  events: {
    'members/BX-Users.csv': [
      member('1', { location: 'nyc, new york, usa' }),
      member('2', { location: 'münchen, bayern, germany', age: 18 }),
    ],
    'books/BX-Books.csv': [
      item(
        '0195153448',
        { title: 'Classical Mythology', author: 'Mark P. O. Morford', publisher: 'Oxford &amp; Co' },
        '2002Z',
      ),
      item('034545104X', { title: 'Flesh "Tones"; a Novel', author: 'Émile', publisher: 'Ballantine' }),
    ],
  },
  dead: { field_invalid: 1 },
};

/** All sections of the page, in its order. */
export const PUBLIC_SHAPES: readonly PublicShape[] = [
  ...[MOVIELENS_100K, MOVIELENS_1M, MIND, AMAZON_2018, AMAZON_2023, RETAILROCKET, BOOK_CROSSING],
];
