import type { FailureCode, FailureDetails, LikenessFault, OwnerFault } from '../base/failure.ts'
import type { Messages } from './english.ts'

/** `1 imagem`, `2 imagens`, `1.234 imagens`. */
function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('pt-BR')} ${count === 1 ? one : many}`
}

function pictures(count: number): string {
  return counted(count, 'imagem', 'imagens')
}

function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(count) / 3), units.length)
  return `${(count / 1000 ** power).toLocaleString('pt-BR', { maximumSignificantDigits: 3 })} ${units[power - 1]}`
}

const ownerFaults: Record<OwnerFault, string> = {
  unreachable: 'não pôde ser alcançado',
  nothing: 'não a tem mais',
  errorText: 'respondeu com um erro',
  wrongContent: 'enviou outra coisa, ou só uma parte',
  cut: 'interrompeu o envio no meio',
  stalled: 'era lento demais ou parou de enviar',
  tooLarge: 'enviou mais do que a maior imagem permitida',
  otherSha256: 'tem outra imagem com a mesma soma MD5',
  busy: 'estava ocupado demais',
  unreadable: 'deu uma resposta sem sentido',
}

const likenessFaults: Record<LikenessFault, string> = {
  unreadable: 'não existe tal arquivo, ou ele não pode ser lido',
  undecodable: 'não é uma imagem que se possa decodificar',
  blank: 'não há nada para ver nela',
  unavailable: 'não dá para decodificar imagens aqui neste momento',
  untold: 'nenhum dos donos diz como ela é',
}

const refusedNames: Record<string, string> = {
  dots: 'é o nome de uma pasta',
  separator: 'é um caminho para outra pasta',
  drive: 'ele indica uma unidade de disco',
  nul: 'ele contém um caractere NUL',
  empty: 'nada dele pode ser usado',
  program: 'é o nome de um programa, e o conteúdo não é uma imagem',
}

const failures: { [Code in FailureCode]: (details: FailureDetails[Code]) => string } = {
  unknownCommand: ({ command }) =>
    `Não existe o comando “${command}”. “imagep2p --help” mostra os que existem.`,
  unknownOption: ({ option, command }) =>
    `Não existe a opção “${option}” aqui. “imagep2p ${command === '' ? '' : `${command} `}--help” mostra as que existem.`,
  missingOptionValue: ({ option, expected }) => `“${option}” precisa de ${expected} em seguida.`,
  badOptionValue: ({ option, value, expected }) =>
    `“${value}” não serve para “${option}”: é preciso ${expected}.`,
  missingArgument: ({ argument, command }) =>
    `Falta ${argument}. “imagep2p ${command} --help” mostra como se escreve.`,
  extraArgument: ({ argument, command }) =>
    `“${argument}” está sobrando. “imagep2p ${command} --help” mostra como se escreve.`,
  badServerAddress: ({ text }) =>
    `“${text}” não é um endereço de servidor: escreva um nome ou um endereço IP, com a porta se não for 13377, como 192.168.1.5, fotos.local:5000 ou [fe80::1]:13377.`,
  portTaken: ({ port }) =>
    `A porta ${port} está ocupada por outro programa. Encerre-o ou escolha outra com --port.`,
  portForbidden: ({ port }) =>
    `O sistema não deixa este usuário abrir a porta ${port}. Escolha uma acima de 1023 com --port.`,
  addressUnavailable: ({ host }) =>
    `${host} não é um endereço deste computador. Deixe --host de fora para escutar em todos.`,
  cannotListen: ({ host, port, reason }) =>
    `Não foi possível escutar em ${host}, porta ${port}: o sistema diz ${reason}.`,
  fastPathUnavailable: ({ reason }) =>
    `O caminho rápido de datagramas não pode ser usado aqui (${reason}). Use --udp=auto, que toma o portátil.`,
  directoryMissing: ({ directory }) => `Não existe a pasta ${directory}. Confira o nome ou crie-a antes.`,
  directoryUnreadable: ({ directory, reason }) =>
    `A pasta ${directory} não pode ser lida (${reason}). Confira as permissões, ou se o disco está conectado.`,
  journalInUse: ({ directory }) =>
    `Outro servidor de índice guarda seu diário em ${directory}. Encerre aquele, ou dê a este uma pasta própria com --data.`,
  serverNotFound: ({ host, reason }) =>
    `O servidor de índice ${host} não foi encontrado (${reason}). Confira o nome e a rede.`,
  serverSilent: ({ server, attempts, seconds, refused }) =>
    refused
      ? `Nada está escutando em ${server} (perguntado ${counted(attempts, 'vez', 'vezes')}). Inicie lá o servidor de índice com “imagep2p server”, ou confira o endereço.`
      : `Nenhuma resposta de ${server} a ${counted(attempts, 'tentativa', 'tentativas')} em ${Math.round(seconds)} s. Confira se o servidor de índice está rodando, se o endereço está certo e se nenhum firewall barra o UDP.`,
  serverRefused: ({ server, reason }) => `O servidor de índice ${server} recusou: ${reason}.`,
  serverUnreadable: ({ server }) =>
    `A resposta de ${server} não é deste protocolo. É mesmo um servidor de índice?`,
  registeredWithOtherPassword: ({ server, port }) =>
    `O servidor de índice ${server} não aceita: este endereço com a porta ${port} está registrado com outra senha, ou não está registrado. Registre-se, ou use outra --port.`,
  catalogUnavailable: ({ server, reason }) =>
    `O catálogo de ${server} não pôde ser consultado por TCP (${reason}). Confira se o servidor de índice está rodando e se nenhum firewall barra o TCP na porta dele.`,
  cancelled: () => 'Interrompido antes do fim.',
  imageNotListed: ({ wanted }) =>
    `“${wanted}” não está entre as imagens listadas. “imagep2p list” mostra todas com nome e soma MD5.`,
  imageAmbiguous: ({ wanted, digests }) =>
    `${counted(digests.length, 'imagem se chama', 'imagens se chamam')} “${wanted}”. Indique a desejada pela soma MD5: ${digests.join(', ')}.`,
  likenessUnknown: ({ picture, reason }) =>
    `Não há como achar imagens parecidas com “${picture}”: ${likenessFaults[reason]}.`,
  nameRefused: ({ name, reason }) =>
    `“${name}” não é salva com esse nome: ${refusedNames[reason] ?? reason}.`,
  allOwnersFailed: ({ name, attempts }) =>
    `“${name}” não pôde ser obtida de ninguém: ${attempts
      .map(
        ({ owner, reason, detail }) =>
          `${owner} ${ownerFaults[reason]}${detail === '' ? '' : ` (${detail})`}`,
      )
      .join('; ')}. Nada foi salvo; tente de novo quando houver outro dono.`,
  sha256Mismatch: ({ name, digest, disputed }) =>
    `“${name}” (${digest}) tem a soma MD5 certa, mas outro SHA-256 que o informado por seus donos${disputed ? ', que informam valores diferentes' : ''}: alguém oferece outra coisa com a mesma soma MD5. Nada foi salvo.`,
  queueFull: ({ wanted }) =>
    `“${wanted}” não encontrou lugar entre os downloads que esperam. Tente de novo quando alguns terminarem, ou cancele-os com “imagep2p transfers cancel all”.`,
  diskFull: ({ directory, freeBytes }) =>
    `O disco de ${directory} está cheio (${bytes(freeBytes)} livres). Libere espaço e tente de novo; nada foi salvo.`,
  cannotSave: ({ name, directory, reason }) =>
    `“${name}” não pôde ser salva em ${directory} (${reason}). Confira as permissões da pasta; nada ficou para trás.`,
}

/** Every sentence a person sees, in Portuguese. */
export const portuguese: Messages = {
  failures,
  counted: { pictures, bytes, rate: bytesPerSecond => `${bytes(bytesPerSecond)}/s` },
  program: sentence => `imagep2p: ${sentence}`,
  unexpected: reason => `Aconteceu algo que não deveria: ${reason}. Por favor, relate.`,
  help: {
    usage: 'Uso',
    commands: 'Comandos',
    options: 'Opções',
    arguments: 'Argumentos',
    everywhere: 'Opções de todos os comandos',
    about: 'Compartilhe imagens direto de um computador para outro.',
    more: '“imagep2p COMANDO --help” explica cada um.',
    command: 'COMANDO',
    values: {
      portOrAny: 'uma porta de 0 a 65535 (0: qualquer uma livre)',
      portIfAny: 'nada, ou = e uma porta de 0 a 65535',
      address: 'um endereço IP',
      directory: 'uma pasta',
      language: 'en ou pt',
      datagramPath: 'auto, fast ou portable',
      count: 'um número inteiro a partir de 1',
      words: 'algumas palavras, com no máximo 200 caracteres ao todo',
      formats: 'formatos como jpeg, ou vários separados por vírgula: jpeg,png (no máximo 16)',
      size: 'um tamanho como 500kB ou 2MB',
      orientation: 'landscape (deitada), portrait (em pé) ou square (quadrada)',
      order: 'newest, name, size ou owners',
      picture: 'a soma MD5 de uma imagem listada, ou o nome de um arquivo',
      file: 'um arquivo, ou - para a entrada padrão',
      owner: 'o endereço de um dono, como 192.168.1.5:5001',
      rate: 'uma taxa em bytes por segundo como 500K ou 2M, ou 0 para nenhum limite',
      flag: 'nenhum valor',
    },
    valueNames: {
      portOrAny: 'PORTA',
      portIfAny: 'PORTA',
      address: 'ENDEREÇO',
      directory: 'PASTA',
      language: 'IDIOMA',
      datagramPath: 'CAMINHO',
      count: 'N',
      words: 'PALAVRAS',
      formats: 'FORMATOS',
      size: 'TAMANHO',
      orientation: 'FORMA',
      order: 'ORDEM',
      picture: 'MD5|ARQUIVO',
      file: 'ARQUIVO',
      owner: 'ENDEREÇO:PORTA',
      rate: 'TAXA',
    },
    argumentNames: {
      own: 'MD5-OU-NOME',
      server: 'SERVIDOR',
      directory: 'PASTA',
      wanted: 'MD5-OU-NOME',
      mirrored: 'PASTA',
      task: 'TAREFA',
      examined: 'PASTA',
    },
    argumentTexts: {
      own: 'uma imagem da pasta, pelo nome ou pela soma MD5',
      server: 'o servidor de índice: um nome ou endereço IP, com :PORTA se não for 13377',
      directory: 'a pasta cujas imagens são compartilhadas e para onde vão os downloads',
      wanted:
        'imagens a buscar, pela soma MD5 ou pelo nome; sem nenhuma, nem outra escolha, o que um get anterior para a pasta deixou por fazer',
      mirrored: 'a pasta que deve ter todas as imagens da rede; nada nela é removido',
      task: 'nada: lista a fila. Ou pause, resume, cancel, retry, first ou last, e qual: o número na lista, a soma MD5 ou o começo dela, ou all. Ou before, qual, e antes de qual outro. Ou limit (dos downloads), upload-limit ou upload-limit-each (a um endereço) e uma taxa: bytes por segundo, como 500K ou 2M, 0 para nenhum limite. Ou upload-slots e quantas imagens grandes são enviadas ao mesmo tempo. Depois de qualquer um, a pasta, se não for a atual',
      examined: 'a pasta; sem ela, a atual',
    },
    commandTexts: {
      privacy: 'mostra o que as imagens contam de lugar, câmera e dono, e tira isso do que se compartilha',
      server: 'executa um servidor de índice, que sabe quem tem qual imagem',
      open: 'compartilha uma pasta e mostra as imagens da rede no navegador',
      client: 'compartilha uma pasta e usa a rede por um menu',
      list: 'lista as imagens da rede',
      get: 'busca imagens para uma pasta',
      mirror: 'mantém uma pasta com todas as imagens da rede, ou as escolhidas',
      share: 'compartilha uma pasta até ser encerrado, sem menu',
      transfers: 'mostra e muda os downloads de uma pasta, também os de um imagep2p em execução',
      unshare: 'para de compartilhar uma imagem, que fica na pasta (a atual, se nenhuma for nomeada)',
      reshare: 'volta a compartilhá-la',
      demo: 'mostra tudo neste computador, com imagens desenhadas para isso',
    },
    optionTexts: {
      help: 'mostra esta ajuda',
      version: 'mostra a versão',
      lang: 'idioma: en ou pt (padrão: o do sistema)',
      data: 'pasta do que é lembrado entre execuções (padrão: onde este sistema guarda essas coisas)',
      host: 'endereço IP em que escutar (padrão: todos)',
      serverPort: 'porta UDP e TCP em que escutar (padrão: 13377)',
      sharePort: 'porta TCP em que compartilhar (padrão: a da última vez, senão qualquer uma livre)',
      galleryPort: 'porta TCP deste computador em que a galeria é servida (padrão: qualquer uma livre)',
      noBrowser: 'mostra o endereço da galeria sem abrir o navegador',
      quiet: 'registra só avisos e erros',
      verbose: 'registra cada pedido',
      udp: 'como os datagramas viajam: auto, fast (em lotes, no Linux) ou portable (padrão: auto)',
      serverData: 'pasta do diário, graças ao qual um reinício não esquece ninguém (padrão: uma por porta)',
      memory: 'não guardar nada em disco: um reinício esquece todos',
      replyBytesPerSecond:
        'bytes por segundo enviados por UDP a uma rede de endereços não comprovados (padrão: 131072)',
      registrationsPerAddress: 'clientes que um endereço IP pode registrar (padrão: 1024)',
      guests:
        'mostra as imagens desta pasta a convidados sem o programa, que leem um código QR, em uma porta própria (padrão: qualquer uma livre)',
      guestUploads: 'o mesmo que --guests, e convidados podem trazer imagens, para a pasta “guests” desta',
      recursive: 'compartilha também as imagens das subpastas',
      keepMetadata:
        'compartilha tudo o que as imagens contam, posição e números de série também, a partir de agora',
      privacyOn: 'tira posição, números de série e afins do que se compartilha, a partir de agora',
      privacyOff: 'compartilha as imagens como são, a partir de agora',
      examineRecursive: 'examina as subpastas também',
      json: 'imprime um valor JSON por linha',
      out: 'pasta em que salvar (padrão: a atual)',
      search:
        'só imagens cujo nome contém todas estas palavras, em qualquer ordem; maiúsculas e acentos não contam',
      format: 'só imagens destes formatos: jpeg,png e assim por diante',
      minSize: 'só arquivos de pelo menos este tamanho, como 500kB ou 2MB',
      minWidth: 'só imagens com pelo menos tantos pixels de largura',
      minHeight: 'só imagens com pelo menos tantos pixels de altura',
      orientation: 'só imagens desta forma: landscape (deitada), portrait (em pé) ou square (quadrada)',
      like: 'só imagens parecidas com esta, listada ou de um arquivo; as mais parecidas primeiro',
      bestCopies:
        'com --all ou um filtro, das cópias parecidas só a melhor: mais pixels, todas as cores, mais bytes',
      sort: 'newest (mais novas antes), name (nome), size (maiores antes), owners (mais donos antes) ou taken (últimas fotografadas antes); sem isto, na ordem de chegada se couber numa página de 1.000, senão as mais novas antes',
      all: 'todas as imagens da rede',
      from: 'imagens cujas somas MD5 estão neste arquivo, uma por linha; o que vem depois de # é comentário; - é a entrada padrão',
      owner: 'só imagens que este dono tem',
      again: 'busca também o que a pasta já tem, com outro nome',
      atOnce: 'imagens buscadas ao mesmo tempo (padrão: 8; das pequenas, oito vezes mais)',
      downloadLimit:
        'bytes por segundo de todos os downloads, como 500K ou 2M, 0 para nenhum limite (padrão: o que “imagep2p transfers limit” definiu para a pasta)',
      uploadLimit:
        'bytes por segundo de todos os envios, como 500K ou 2M, 0 para nenhum limite (padrão: o que “imagep2p transfers upload-limit” definiu para a pasta)',
      uploadLimitEach:
        'bytes por segundo dos envios a um endereço (padrão: nenhum, ou o que foi definido do mesmo modo)',
      uploadSlots:
        'imagens grandes enviadas ao mesmo tempo, 512 no máximo (padrão: 16, ou o que foi definido do mesmo modo)',
      once: 'termina quando a pasta tiver tudo',
      limit: 'no máximo tantas imagens (padrão: todas)',
    },
  },
  server: {
    listening: endpoint =>
      `Servidor de índice escutando em ${endpoint} (UDP e HTTP). Para entrar: imagep2p client ENDEREÇO PASTA`,
    anyAddress: (port, addresses) =>
      `porta ${port} de todos os endereços deste computador: ${addresses.join(', ')}`,
    path: (path, reason) =>
      path === 'fast'
        ? 'Os datagramas viajam em lotes (--udp=fast).'
        : `Os datagramas viajam um a um (--udp=portable${reason === undefined ? '' : `: ${reason}`}).`,
    registered: (peer, count) => `${peer} registrou ${pictures(count)}`,
    updated: (peer, count) => `${peer} atualizou para ${pictures(count)}`,
    renewed: peer => `${peer} continua aí`,
    ended: peer => `${peer} saiu`,
    malformed: address => `${address} enviou algo que não é deste protocolo`,
    refusedPassword: peer => `${peer} está registrado com outra senha ou não está registrado: recusado`,
    tooManyRegistrations: peer =>
      `${peer} recusado: não há lugar para mais registros do endereço dele, ou de ninguém`,
    tooManyImages: peer => `${peer} recusado: mais imagens do que cabem`,
    muted: count =>
      `e mais ${counted(count, 'linha como estas ficou de fora', 'linhas como estas ficaram de fora')} neste segundo`,
    fault: reason => `um datagrama não pôde ser tratado (${reason}); seguindo em frente`,
    journal: folder =>
      folder === undefined
        ? 'Nada é guardado em disco (--memory): um reinício esquece quem se registrou.'
        : `O que é registrado é guardado em ${folder}.`,
    statusPage: address => `Como ele está: ${address}`,
    keptOut: count =>
      `${counted(count, 'registro ou lista', 'registros ou listas')} do diário não couberam nos limites de agora`,
    journalSetAside: (movedTo: string, reason: string) =>
      `O que estava registrado antes não pode ser usado (${reason}). Foi guardado como ${movedTo}; os pares voltam à lista quando se registrarem de novo.`,
    journalPartlyUnreadable: (directory: string, rows: number, reason: string) =>
      `Do diário em ${directory}, ${counted(rows, 'linha não pôde ser lida', 'linhas não puderam ser lidas')} (${reason}). Todo o resto está lá; ele está sendo escrito de novo, e o arquivo antigo é guardado.`,
    journalNotDurable: (directory: string, reason: string, retrySeconds: number) =>
      `Os registros não podem ser gravados em ${directory} (${reason}): o servidor continua na memória, e o que for registrado agora seria esquecido se ele parasse. Ele tenta de novo a cada ${retrySeconds} s; confira o espaço livre do disco e as permissões da pasta.`,
    journalDurableAgain: (directory: string) => `Todos os registros estão gravados em ${directory} de novo.`,
    stopped: 'Servidor de índice encerrado.',
  },
  peer: {
    reading: (done, total) =>
      `Lendo imagens: ${done.toLocaleString('pt-BR')} de ${counted(total, 'arquivo', 'arquivos')}`,
    started: (directory, count, port) =>
      `Compartilhando ${pictures(count)} de ${directory} na porta ${port}.`,
    served: (name, address) => `“${name}” enviada para ${address}.`,
    servedMany: (count, address) => `Mais ${count.toLocaleString('pt-BR')} imagens enviadas para ${address}.`,
    registered: count => `${count === 1 ? 'Registrada' : 'Registradas'} ${pictures(count)}.`,
    updated: count => `O servidor de índice agora lista ${pictures(count)} deste cliente.`,
    leftOut: count =>
      `${pictures(count)} não ${count === 1 ? 'coube' : 'couberam'} no que este servidor aceita e não ${count === 1 ? 'está listada' : 'estão listadas'}.`,
    nothingToShare:
      'Ainda não há imagens na pasta, então não há o que registrar. Isso acontece sozinho assim que houver uma.',
    ended: 'Desconectado: as imagens não estão mais listadas.',
    endedUnknown: 'Desconectado. O servidor de índice já não conhecia este registro.',
    retrying: (server, attempts) =>
      `Ainda sem resposta de ${server}, perguntando de novo (tentativa ${attempts + 1}) …`,
    storeSetAside: (movedTo, reason) =>
      `O que se lembrava desta pasta não pode ser usado (${reason}). Ficou guardado em ${movedTo}, e as imagens são lidas de novo.`,
    storeMemoryOnly: reason =>
      `Nada pode ser lembrado desta pasta (${reason}): tudo funciona, e as imagens são lidas de novo na próxima vez.`,
    trouble: sentence => `${sentence} Será tentado de novo sozinho.`,
    oldServer: server =>
      `${server} é um servidor de índice mais antigo: uma lista pode vir cortada e não mostra tamanhos, e uma pasta grande demais para uma mensagem não é listada inteira.`,
    noCatalog: (server, reason) =>
      `${server} só responde por mensagens avulsas, não por TCP (${reason}): é um servidor de índice mais antigo, ou há um firewall no caminho. Uma lista pode vir cortada e não mostra tamanhos, e uma pasta grande demais para uma mensagem não é listada inteira.`,
    unreachable: port =>
      `O servidor de índice não conseguiu se conectar à porta ${port} deste cliente: os outros dificilmente poderão buscar as imagens, e este cliente é listado depois dos donos que podem ser alcançados. Libere a porta TCP ${port} no firewall deste computador e encaminhe-a no roteador, ou compartilhe numa porta aberta com --port.`,
    reachable: port =>
      `O servidor de índice agora consegue se conectar à porta ${port} deste cliente: os outros podem buscar as imagens.`,
  },
  list: {
    empty: 'Nenhuma imagem está listada no momento.',
    heading: count => `${pictures(count)} na rede:`,
    owners: count => counted(count, 'dono', 'donos'),
    yours: 'já está na pasta',
    mayBeCut: 'A lista está tão longa quanto uma mensagem deste servidor pode ser: pode haver mais imagens.',
    unreadable: count =>
      `${counted(count, 'item da resposta não pôde ser lido', 'itens da resposta não puderam ser lidos')}.`,
    first: count => `As primeiras ${pictures(count)} de mais:`,
    found: count => `${counted(count, 'imagem encontrada', 'imagens encontradas')}:`,
    finding: 'Imagens encontradas:',
    nothingFound: 'Nenhuma imagem listada é assim.',
    total: count => `${pictures(count)} ao todo.`,
    disputed: 'os donos não concordam sobre o conteúdo',
    notApplied: options =>
      `Este servidor de índice só sabe das imagens os nomes e os donos: ${options.join(', ')} não teve efeito.`,
  },
  download: {
    progress: (name, size, rate) => `${name}  ${size}  ${rate}`,
    nextOwner: (owner, reason, detail) =>
      `${owner} ${ownerFaults[reason]}${detail === '' ? '' : ` (${detail})`}.`,
    done: (name, size, owner) => `“${name}” salva (${size}, de ${owner}). O conteúdo foi verificado.`,
  },
  privacy: {
    cleaned: count =>
      `${pictures(count)} ${count === 1 ? 'sai' : 'saem'} sem posição, números de série e afins. Seus arquivos ficam como são.`,
    withheld: (count, names) =>
      `${pictures(count)} ${count === 1 ? 'não é compartilhada' : 'não são compartilhadas'}, pois ninguém sabe com certeza o que ${count === 1 ? 'conta' : 'contam'}: ${names.join(', ')}${count > names.length ? ' …' : ''}. “imagep2p privacy” diz por quê.`,
    isOn: directory =>
      `O que se compartilha de ${directory} sai sem posição, números de série e afins; seus arquivos ficam como são. Tira-se:`,
    isOff: directory => `As imagens de ${directory} são compartilhadas como são. Estranhos veem:`,
    turnedOn: directory =>
      `A partir de agora as imagens de ${directory} saem sem posição, números de série e afins; seus arquivos ficam como são. Um imagep2p em execução acompanha em instantes.`,
    turnedOff: directory =>
      `A partir de agora as imagens de ${directory} são compartilhadas como são, com tudo o que contam. Um imagep2p em execução acompanha em instantes.`,
    finding: (kind, place, name, value) =>
      `${kind} (${place}): ${name}${value === undefined ? '' : ` = ${value}`}`,
    refused: reason => `não é compartilhada: ${reason}`,
    unknown: reason => `ninguém sabe: ${reason}`,
    summary: (examined, telling, refused) =>
      `${pictures(examined)} ${examined === 1 ? 'examinada' : 'examinadas'}: ${telling.toLocaleString('pt-BR')} com algo privado, ${refused.toLocaleString('pt-BR')} de que ninguém sabe.`,
    howToTurnOn: '“imagep2p privacy --on” com a pasta tira isso do que se compartilha.',
    kinds: {
      position: 'posição',
      place: 'lugar',
      serialNumber: 'número de série',
      owner: 'dono',
      uniqueId: 'número só desta imagem',
      makerNote: 'notas do fabricante',
      embedded: 'outro arquivo dentro',
      unknown: 'não se sabe o quê',
    },
    places: {
      exif: 'EXIF',
      xmp: 'XMP',
      iptc: 'IPTC',
      photoshop: 'Photoshop',
      container: 'partes do próprio arquivo',
      trailer: 'atrás da imagem',
    },
    reasons: {
      format: 'este formato não é dos que se entendem aqui',
      cutShort: 'o arquivo termina cedo demais',
      malformed: 'o arquivo quebra as regras do seu formato',
      tooComplex: 'o arquivo tem mais partes do que uma imagem deveria ter',
      overlap: 'o que teria de sair divide bytes com a imagem',
      rawPicture: 'o arquivo bruto de uma câmera não se revela sem o que o fabricante escreveu nele',
      notClean: 'sobraria algo nele',
      tooMuch: 'seria preciso mudar demais nele',
    },
  },
  transfers: {
    left: count =>
      `${pictures(count)} de um get anterior para esta pasta ainda ${count === 1 ? 'é esperada' : 'são esperadas'}: get sem nomear nenhuma continua com ${count === 1 ? 'ela' : 'elas'}.`,
    nothingWanted:
      'Nenhuma imagem foi nomeada, e nenhuma ficou de antes. Nomeie algumas, ou escreva --all ou --search.',
    notADigest: (line, text) => `A linha ${line} não é uma soma MD5: “${text}”.`,
    unreadableList: (file, reason) => `A lista ${file} não pode ser lida (${reason}).`,
    noRoom: count => `${pictures(count)} não couberam na fila; repita quando ela terminar.`,
    total: (done, total, size, rate) =>
      `${done.toLocaleString('pt-BR')} de ${pictures(total)}, ${size}, ${rate}`,
    timeLeft: duration => `faltam ${duration}`,
    there: count => `${count.toLocaleString('pt-BR')} já na pasta`,
    retrying: count => `${count.toLocaleString('pt-BR')} a tentar de novo`,
    failed: count => `${count.toLocaleString('pt-BR')} sem sucesso`,
    more: count => `e mais ${count.toLocaleString('pt-BR')} ao mesmo tempo`,
    diskFull: 'O disco está cheio: continua automaticamente quando houver espaço.',
    resumed: 'Há espaço de novo: continuando.',
    paused: 'Em pausa: “imagep2p transfers resume all” continua.',
    queue: directory => `Downloads para ${directory}:`,
    queueAtRest: directory => `Downloads para ${directory} (nenhum imagep2p cuida deles agora):`,
    empty: directory => `Não há downloads para ${directory}.`,
    states: {
      waiting: 'esperando',
      running: 'em andamento',
      paused: 'em pausa',
      retrying: 'a tentar de novo',
      done: 'pronta',
      skipped: 'já na pasta',
      failed: 'sem sucesso',
      cancelled: 'cancelada',
    },
    counts: parts =>
      `${parts.map(([count, state]) => `${count.toLocaleString('pt-BR')} ${state}`).join(', ')}.`,
    allPaused: 'Todos estão em pausa.',
    limitedTo: {
      download: rate => `Os downloads estão limitados a ${rate}.`,
      upload: rate => `Os envios estão limitados a ${rate} no total.`,
      uploadEach: rate => `Os envios a cada endereço estão limitados a ${rate}.`,
      uploadSlots: count =>
        count === 1
          ? 'No máximo 1 imagem grande é enviada por vez.'
          : `No máximo ${count.toLocaleString('pt-BR')} imagens grandes são enviadas ao mesmo tempo.`,
    },
    notLimited: {
      download: 'Os downloads não têm limite.',
      upload: 'Os envios no total não têm limite.',
      uploadEach: 'Os envios a cada endereço não têm limite.',
    },
    errors: {
      allOwnersFailed: 'nenhum dono a enviou',
      imageNotListed: 'ninguém mais a tem',
      nameRefused: 'o nome não pode ser usado',
      sha256Mismatch: 'SHA-256 diferente do informado',
      diskFull: 'o disco está cheio',
      cannotSave: 'não pôde ser salva',
    },
    nowIs: (name, state) => `${name}: ${state}.`,
    noSuch: which => `“${which}” não é nenhum destes downloads. “imagep2p transfers” os lista.`,
    notAllowed: (name, state) => `${name} está ${state}: isso não pode ser feito com ela.`,
    unanswered: 'O imagep2p que cuida destes downloads não responde. Nada foi mudado.',
    goingOn: 'Continuando.',
    heldElsewhere:
      'Outro imagep2p cuida dos downloads desta pasta: o que se pede aqui é baixado ao lado dele, e não é lembrado para depois.',
    finished: (saved, size, there, failures) =>
      `${pictures(saved)} salvas (${size}), ${there.toLocaleString('pt-BR')} já na pasta, ${failures.toLocaleString('pt-BR')} sem sucesso.`,
    upToDate: 'A pasta tem tudo. Esperando novas imagens …',
  },
  sharing: {
    notSharedAnyMore: name =>
      `${name} não é mais compartilhada. Ela fica na pasta; “imagep2p reshare” volta a compartilhá-la.`,
    sharedAgain: name => `${name} é compartilhada de novo.`,
    noneLikeThat: (which, directory) => `Não há imagem “${which}” em ${directory}.`,
    notKept: 'Isto não pôde ser gravado, então nada mudou.',
    sentNow: 'Em envio para outros:',
    sent: (name, address) => `${name} para ${address}`,
  },
  menu: {
    title: (server, directory, count, port) =>
      `SocketsImageP2P · servidor de índice ${server} · ${directory} · ${pictures(count)} na porta ${port}`,
    choices: ['Registrar', 'Listar', 'Baixar', 'Atualizar', 'Desconectar', 'Sair'],
    prompt: 'Opção: ',
    wrongChoice: line => `“${line}” não está no menu. Escreva um número de 1 a 6.`,
    whichImage: (first, last) => `Número da imagem a baixar (${first} a ${last}, vazio para nenhuma): `,
    wrongImage: (line, first, last) => `“${line}” não é o número de uma imagem: vão de ${first} a ${last}.`,
    shown: (first, last) => `Imagens ${first} a ${last}.`,
    nextPage: 'n: página seguinte',
    previousPage: 'p: página anterior',
    search: '/palavras: busca',
    noNextPage: 'Esta é a última página.',
    noPreviousPage: 'Não há página antes desta.',
    notRegistered: 'Este cliente não está registrado. Escolha 1 antes.',
    bye: 'Até logo.',
  },
  gallery: {
    address: address => `A galeria, só para este computador: ${address}`,
    building: 'Montando a página da galeria, uma vez só …',
    fault: reason => `Há algo errado com a galeria (${reason}); continuando.`,
    unavailable: reason => `Desta vez não há galeria (${reason}).`,
  },
  guests: {
    address: address => `Convidados leem este código ou abrem ${address}`,
    others: addresses => `De outra rede deste computador: ${addresses.join(', ')}`,
    brought: directory =>
      `Convidados podem trazer imagens. Elas vão para ${directory} e não são compartilhadas: para isso, mova-as para a pasta.`,
    broughtAndShared: directory =>
      `Convidados podem trazer imagens. Elas vão para ${directory} e, como as subpastas são compartilhadas (--recursive), são logo compartilhadas com todos.`,
    fault: reason => `Há algo errado com a página para convidados (${reason}); continuando.`,
  },
  share: {
    running: 'Fica assim até ser encerrado com Ctrl-C.',
    stopping: 'Retirando o registro …',
  },
  demo: {
    intro:
      'Isto mostra o SocketsImageP2P inteiro neste computador: um servidor de índice e três clientes, cada um com suas imagens.',
    drawing: 'Desenhando as imagens …',
    drawn: (owner, count, directory) => `${owner} tem ${pictures(count)} em ${directory}.`,
    portTaken: (port, other) => `A porta ${port} está ocupada, então o servidor de índice usa a ${other}.`,
    serverStarted: endpoint =>
      `O servidor de índice escuta em ${endpoint}. Ele saberá quem tem qual imagem, e nunca carregará nenhuma.`,
    peerRegistered: (owner, port, count) =>
      `${owner} compartilha na porta ${port} e registrou ${pictures(count)}.`,
    listed: owner => `${owner} pergunta ao servidor de índice o que há:`,
    fetching: (owner, name, from) => `${owner} busca “${name}” direto de ${from}.`,
    fetched: (fileName, size, digest) =>
      `Chegou como “${fileName}”: ${size}, e seu MD5 é ${digest}, como listado.`,
    relisted: (owner, count) =>
      `${owner} agora também a compartilha: o servidor de índice lista ${counted(count, 'dono', 'donos')} para ela.`,
    says: (owner, sentence) => `${owner}: ${sentence}`,
    join: port => `Entre com uma pasta sua em outro terminal: npx imagep2p client 127.0.0.1:${port} PASTA`,
    menuFor: owner => `O menu é de ${owner}. Sair dele encerra a demonstração e remove a pasta dela.`,
    untilSignal: 'Fica no ar até ser encerrado (Ctrl-C ou SIGTERM).',
    finished: 'A demonstração acabou; a pasta dela foi removida.',
  },
  status: {
    locale: 'pt-BR',
    title: 'Servidor de índice',
    running: 'Em funcionamento',
    troubled: 'Em funcionamento, com um problema',
    uptime: (days, hours, minutes) =>
      `há ${days > 0 ? `${counted(days, 'dia', 'dias')}, ` : ''}${days + hours > 0 ? `${hours} h ` : ''}${minutes} min`,
    renewed: seconds => `Renova-se sozinha a cada ${seconds} segundos.`,
    silent:
      'O servidor de índice não responde no momento: os números abaixo são os últimos que deu. Ele será consultado de novo automaticamente.',
    peers: 'Clientes',
    peersAbsent: count => `mais ${count.toLocaleString('pt-BR')} sem dar sinal, guardados por um dia`,
    images: 'Imagens',
    owners: 'Donos',
    ownersOfEach: owners => `de todas as imagens somadas; ${owners} por imagem em média`,
    watchers: count => `${counted(count, 'programa acompanha', 'programas acompanham')} as mudanças`,
    requests: 'Pedidos',
    perSecond: 'por segundo',
    memory: 'Memória',
    heap: size => `${size} em objetos do programa`,
    journal: 'Guardado em disco',
    yes: 'Sim',
    no: 'Não',
    notNow: 'não no momento, veja acima',
    journalDurable: size => `o que foi confirmado sobrevive a um reinício; ${size} de registro`,
    journalMemory: 'por escolha (--memory): depois de um reinício os clientes se registram de novo',
    journalFailing: reason =>
      `Nada pode ser guardado em disco no momento (${reason}): o que chega agora não sobreviveria a um reinício. O servidor segue só na memória e tenta de novo sozinho; o que já estava guardado não se perde. Libere espaço no disco e verifique as permissões da pasta do servidor.`,
    peersPlot: 'Clientes',
    peersListed: 'listados',
    peersKept: 'sem dar sinal',
    imagesPlot: 'Imagens',
    imagesListed: 'com dono',
    requestsPlot: 'Pedidos por segundo',
    asking: 'perguntando o que há (LST)',
    registering: 'registrando (REG, UPD, END, ALV)',
    overHttp: 'HTTP',
    unreadable: 'não entendidos',
    now: 'agora',
    minutesAgo: minutes => `há ${minutes} min`,
    plotDescription: (minutes, lines) => `Os últimos ${minutes} minutos. ${lines}`,
    lineDescription: (name, least, most, last) => `${name}: entre ${least} e ${most}, agora ${last}.`,
    plotTable: 'O mesmo em números',
    time: 'Quando',
    wordsTable: 'Pedidos por palavra',
    word: 'Palavra',
    meaning: 'O que pede',
    sinceStart: 'desde o início',
    meanings: {
      REG: 'estas são as minhas imagens',
      LST: 'o que há?',
      UPD: 'agora as minhas imagens são estas',
      END: 'estou saindo',
      ALV: 'ainda estou aqui',
      unknown: 'não é deste protocolo',
      HTTP: 'a API do catálogo e esta página',
    },
    unknownWord: 'outros',
    forPrograms: 'Para programas:',
    documentation: 'descrição da API',
  },
}
