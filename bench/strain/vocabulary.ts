/** What people call their pictures, in several languages: what photo-names.ts makes names of. */
export interface Language {
  readonly subjects: readonly string[]
  readonly places: readonly string[]
  readonly people: readonly string[]
}

export const LANGUAGES: readonly Language[] = [
  {
    subjects: ['Férias', 'Casamento', 'Aniversário', 'Praia', 'Formatura', 'Natal', 'Churrasco', 'São João'],
    places: ['São Paulo', 'Praia da Luz', 'Florianópolis', 'Évora', 'Maceió', 'Belém', 'Jericoacoara'],
    people: ['João', 'Conceição', 'Vovó', 'Inês', 'Luís', 'Antônia', 'Zé'],
  },
  {
    subjects: ['holiday', 'Wedding', 'birthday', 'beach', 'Christmas', 'garden', 'school trip', 'New Year'],
    places: ['Lake District', 'Brighton', 'New York', 'Yosemite', 'Grandma’s house', 'Cornwall', 'Melbourne'],
    people: ['Emily', 'Grandpa', 'Oliver', 'Sophie', 'Uncle Jack', 'the twins', 'Chloé'],
  },
  {
    subjects: ['Vacaciones', 'Boda', 'Cumpleaños', 'playa', 'Navidad', 'montaña', 'Año Nuevo', 'excursión'],
    places: ['Córdoba', 'Málaga', 'Ciudad de México', 'Valparaíso', 'San Sebastián', 'Cádiz', 'Bogotá'],
    people: ['María', 'Íñigo', 'la abuela', 'Begoña', 'Ramón', 'Lucía', 'Nuño'],
  },
  {
    subjects: ['Vacances', 'mariage', 'été', 'plage', 'Noël', 'fête', 'forêt', 'anniversaire'],
    places: ['Orléans', 'Île de Ré', 'Besançon', 'Saint-Étienne', 'Côte d’Azur', 'Liège', 'Genève'],
    people: ['Zoé', 'François', 'Mémé', 'Anaïs', 'Jérôme', 'Hélène', 'Benoît'],
  },
  {
    subjects: [
      'Urlaub',
      'Hochzeit',
      'Geburtstag',
      'Ausflug',
      'Weihnachten',
      'Straßenfest',
      'Überraschung',
      'Gärten',
    ],
    places: ['Köln', 'München', 'Lübeck', 'Gießen', 'Sächsische Schweiz', 'Zürich', 'Düsseldorf'],
    people: ['Jürgen', 'Oma', 'Käthe', 'Björn', 'Familie Müller', 'Sören', 'Anna'],
  },
  {
    subjects: ['wakacje', 'ślub', 'urodziny', 'święta', 'góry', 'plaża', 'wycieczka', 'działka'],
    places: ['Łódź', 'Kraków', 'Gdańsk', 'Zakopane', 'Wrocław', 'Białowieża', 'Świnoujście'],
    people: ['Łukasz', 'Małgosia', 'Babcia', 'Zbyszek', 'Paweł', 'Żaneta', 'Grażyna'],
  },
  {
    subjects: ['отпуск', 'свадьба', 'день рождения', 'море', 'Новый год', 'дача', 'выпускной', 'зима'],
    places: ['Москва', 'Сочи', 'Байкал', 'Санкт-Петербург', 'Казань', 'Київ', 'Алтай'],
    people: ['Маша', 'бабушка', 'Серёжа', 'Алёна', 'Дмитрий', 'Таня', 'Їжак'],
  },
  {
    subjects: ['旅行', '写真', '桜', '結婚式', '誕生日', '海', '運動会', 'お正月'],
    places: ['京都', '富士山', '北海道', 'おばあちゃんの家', '鎌倉', '沖縄', '大阪'],
    people: ['さくら', '健太', 'ママ', 'おじいちゃん', '花子', 'みんな', 'ポチ'],
  },
]
