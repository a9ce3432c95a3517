"""What columns are called in several languages, by people and by programs: without spaces, signs, accents, numbers.

Of two columns that mean one field, the one whose name comes first here is taken.
"""

NAMES: dict[str, str] = {
    "emails": """
        email emails mail mails emailaddress mailaddress emailaddresses emailadresse mailadresse
        epost eposta epostadresse courriel adressemail adresseemail adresseelectronique correo
        correoelectronico mailcorreo email1value emailvalue indirizzoemail postaelettronica
        emailpersonal emailwork workemail businessemail privateemail homeemail otheremail
        personalemail primaryemail emailprimary emailgeschaftlich emailprivat emailpro
        emailprofessionnel endereçodeemail enderecodeemail emailadres adresemail adrese mailpro
        eadresse sahkoposti почта эпочта электроннаяпочта имейл メール メールアドレス 邮箱 电子邮件 电子邮箱 郵箱 이메일
    """,
    "phones": """
        phone phones phonenumber telephone telephonenumber tel telnr telno telefon telefonnummer
        telefone telefono teléfono telefoon telefoonnummer mobile mobil mobilephone mobilenumber
        mobilephonenumber cell cellphone handy handynummer mobiltelefon mobilnummer mobiel movil
        celular cellulare portable telephoneportable telmobile telmobil telportable telfixe fixe
        businessphone homephone workphone primaryphone otherphone companymainphone phonemobile
        phonework phonehome phonevalue telefongeschaftlich telefonprivat rufnummer numerodetelefono
        numerodetelephone numeroditelefono numertelefonu komorka komorkowy telkom puhelin
        telefonszam телефон мобильный мобильныйтелефон 電話 電話番号 携帯電話 电话 电话号码 手机 手机号 전화번호 휴대폰
    """,
    "first_name": """
        firstname fname forename givenname given vorname rufname prenom nombre nombredepila nome
        primonome voornaam imie fornavn fornamn etunimi keresztnev jmeno contactfirstname имя 名 이름
    """,
    "last_name": """
        lastname lname surname familyname family nachname familienname zuname nomdefamille nom
        apellido apellidos cognome sobrenome apelido achternaam nazwisko etternavn efternavn
        efternamn sukunimi vezeteknev prijmeni contactlastname фамилия 姓 성
    """,
    "full_name": """
        name fullname contactname contact contacts personname person displayname customername
        customer client clientname vollstandigername vorundnachname kontakt ansprechpartner kunde
        nomcomplet nometprenom prenometnom nombrecompleto nombreyapellidos nomecompleto nomeecognome
        nominativo volledigenaam naam imieinazwisko navn namn nimi nev фио 氏名 お名前 名前 姓名 이름성명 성명
    """,
    "company": """
        company companyname organization organisation organizationname organisationname
        associatedcompany employer account accountname firma firmenname unternehmen arbeitgeber
        societe entreprise nomdelentreprise raisonsociale empresa compania azienda societa
        ragionesociale bedrijf bedrijfsnaam organisatie nazwafirmy foretag yritys ceg компания
        организация 会社 会社名 公司 公司名称 회사
    """,
    "job_title": """
        jobtitle title position role function job organizationtitle berufsbezeichnung
        stellenbezeichnung funktion beruf poste fonction intituledeposte cargo puesto posizione
        mansione qualifica ruolo funcao functie functietitel stanowisko должность 役職 职位 职务 직책
    """,
    "birth_date": """
        birthdate dateofbirth birthday dob geburtsdatum geburtstag gebdatum datedenaissance
        fechadenacimiento datadinascita datadenascimento geboortedatum dataurodzenia датарождения
        生年月日 出生日期 생년월일
    """,
    "street": """
        street streetname streetaddress address addressline mailingstreet businessstreet homestreet strasse
        straße strassehausnummer strassenr anschrift adresse rue calle direccion domicilio indirizzo
        via rua endereco morada straat adres ulica улица адрес 住所 地址 주소
    """,
    "city": """
        city town suburb locality mailingcity businesscity homecity ort stadt wohnort ville ciudad localidad citta
        comune cidade localidade stad plaats woonplaats miasto miejscowosc город 市区町村 城市 도시
    """,
    "postal_code": """
        postalcode postcode zip zipcode zippostalcode mailingzip businesspostalcode homepostalcode
        plz postleitzahl codepostal cp codigopostal cap codiceavviamentopostale cep kodpocztowy
        postnummer индекс почтовыйиндекс 郵便番号 邮编 邮政编码 우편번호
    """,
    "region": """
        region state province stateregion stateprovince mailingstate businessstate homestate
        bundesland kanton departement provincia regione estado provincie wojewodztwo регион область
        都道府県 省 省份
    """,
    "country": """
        country countryregion countryname mailingcountry businesscountryregion homecountryregion
        land staat pays pais paese nazione kraj страна 国 国家 국가
    """,
    "owner": """
        owner contactowner leadowner accountowner zustandig betreuer kontaktinhaber proprietaire
        propietario responsabile eigenaar opiekun ответственный 担当者 负责人
    """,
    "url": """
        url website web webpage websiteurl homepage webseite siteweb siteinternet sitioweb paginaweb
        sitoweb сайт 网站
    """,
    "created_at": """
        createdat created createdate creationdate datecreated createdon createdtime erstelltam erstellt angelegtam
        anlagedatum datedecreation creele fechadecreacion datacreazione datadecriacao aangemaaktop
    """,
    "updated_at": """
        updatedat updated updatedon lastmodified lastmodifieddate modifieddate modifiedon dateupdated lastupdated
        updatetime geandertam aktualisiertam letzteanderung datedemodification modifiele fechadeactualizacion
        datamodifica gewijzigdop
    """,
}

HOUSE_NUMBERS = """
    streetnumber streetno housenumber houseno hausnummer hausnr numerocivico huisnummer numerderue
    numerodecasa nrdomu номердома
"""
"""Columns that are part of a street where another column tells the street."""
