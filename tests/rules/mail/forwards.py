"""Ana's mail to the desk as the mail programs of colleagues send it on."""

from __future__ import annotations

from circuito.rules.mail.incoming import Forwarded

ANA = Forwarded("Ana García", "ana@acme.example", "No imprime", "Hola,\nno imprime la factura.\n\nAna")
WORDS = "Hola,\nno imprime la factura.\n\nAna"

GMAIL = f"""¿Lo vemos?

---------- Forwarded message ---------
De: Ana García <ana@acme.example>
Date: lun, 10 nov 2025 a las 9:12
Subject: No imprime
To: <soporte@circuito.example>


{WORDS}
"""
GMAIL_WRAPPED = f"""---------- Forwarded message ---------
De: *Ana García* <ana@acme.example>
Date: lun, 10 nov 2025 a las 9:12
Subject: No imprime
To: Soporte <soporte@circuito.example>,
Ventas <ventas@circuito.example>
Cc: Bruno <bruno@acme.example>

{WORDS}
"""
OUTLOOK = f"""
Bruno

De: Ana García [mailto:ana@acme.example]
Enviado el: lunes, 10 de noviembre de 2025 09:12
Para: Soporte; Ventas;
Administración
CC: Bruno
Asunto: No imprime

{WORDS}
"""
OUTLOOK_STARS = f"""*De:* Ana García <ana@acme.example>
*Enviado:* lunes, 10 de noviembre de 2025 09:12
*Para:* Soporte <soporte@circuito.example>
*Asunto:* No imprime

{WORDS}
"""
OUTLOOK_RULE = f"""Mandado desde el teléfono
________________________________
From: Ana García <ana@acme.example<mailto:ana@acme.example>>
Sent: Monday, November 10, 2025 9:12:00 AM
To: Soporte
Subject: No imprime

{WORDS}
"""
OUTLOOK_SPACED = f"""De: Ana García <ana@acme.example>

Enviado el: lunes, 10 de noviembre de 2025 09:12

Para: Soporte

Asunto: No imprime

{WORDS}
"""
ON_BEHALF = f"""De: Sistema <sistema@acme.example> en nombre de Ana García <ana@acme.example>
Enviado el: lunes, 10 de noviembre de 2025 09:12
Para: Soporte
Asunto: No imprime

{WORDS}
"""
APPLE = """Para ustedes.

Inicio del mensaje reenviado:

> De: Ana García <ana@acme.example>
> Asunto: No imprime
> Fecha: 10 de noviembre de 2025, 9:12:00 GMT-3
> Para: soporte@circuito.example
>\x20
> Hola,
> no imprime la factura.
>\x20
> Ana
"""
APPLE_ENGLISH = f"""Begin forwarded message:

From: Ana García <ana@acme.example>
Subject: No imprime
Date: 10 November 2025 at 09:12:00 GMT-3
To: soporte@circuito.example

{WORDS}
"""
THUNDERBIRD = f"""

-------- Mensaje reenviado --------
Asunto: \tNo imprime
Fecha: \tMon, 10 Nov 2025 09:12:00 -0300
De: \tAna García <ana@acme.example>
Para: \tsoporte@circuito.example



{WORDS}
"""
PORTUGUESE = f"""---------- Mensagem encaminhada ---------
De: Ana García <ana@acme.example>
Data: seg., 10 de nov. de 2025 às 09:12
Assunto: No imprime
Para: <soporte@circuito.example>

{WORDS}
"""
PORTUGUESE_OUTLOOK = f"""De: Ana García <ana@acme.example>
Enviada em: segunda-feira, 10 de novembro de 2025 09:12
Para: Suporte
Assunto: No imprime

{WORDS}
"""
MUTT = f"""----- Forwarded message from Ana García <ana@acme.example> -----

Date: Mon, 10 Nov 2025 09:12:00 -0300
From: Ana García <ana@acme.example>
To: soporte@circuito.example
Subject: No imprime

{WORDS}

----- End forwarded message -----
--\x20
Bruno
"""
ORIGINAL = f"""-----Mensaje original-----
De: Ana García <ana@acme.example>
Enviado el: lunes, 10 de noviembre de 2025 09:12
Para: Soporte
Asunto: No imprime

{WORDS}
"""
ANSWER = f"""Ya está arreglado.

De: Ana García <ana@acme.example>
Enviado el: lunes, 10 de noviembre de 2025 09:12
Para: Soporte
Asunto: No imprime

{WORDS}
"""

ENCLOSED = (
    b"From: =?utf-8?q?Ana_Garc=C3=ADa?= <Ana@Acme.example>\r\nTo: soporte@circuito.example\r\n"
    b"Subject: No\r\n imprime\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nHola,\r\nno imprime la factura.\r\n\r\nAna\r\n"
    b"--x\r\nContent-Type: text/html\r\n\r\n<p>otra</p>\r\n--x--\r\n"
)
